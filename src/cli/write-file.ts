/** Writes a file whole or not at all. */
import { realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HoldfastError } from '../core/error.ts';

/**
 * Writes beside the place and renames. A file that was there keeps its permissions, and a link keeps leading to it.
 * @throws HoldfastError `no-directory`, or `cannot-write` (exit code 3).
 */
export async function writeAtOnce(path: string, text: string): Promise<void> {
  const place = await realpath(path).catch(() => path);
  const temporary = `${place}.${process.pid}.tmp`;
  try {
    const mode = await stat(place).then(
      (old) => old.mode,
      () => undefined,
    );
    await writeFile(temporary, text, { flag: 'wx', ...(mode === undefined ? {} : { mode }) });
    await rename(temporary, place);
  } catch (error) {
    await rm(temporary, { force: true });
    throw cannotWrite(path, error as NodeJS.ErrnoException);
  }
}

function cannotWrite(path: string, error: NodeJS.ErrnoException): HoldfastError {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') {
    return new HoldfastError('no-directory', `There is no directory ${dirname(path)}.`, {
      hint: 'Make it first, or name another file.',
      cause: error,
    });
  }
  const why =
    error.code === 'EACCES' || error.code === 'EROFS'
      ? 'you may not write there'
      : error.code === 'EISDIR'
        ? 'it is a directory'
        : error.message;
  return new HoldfastError('cannot-write', `${path} cannot be written: ${why}.`, { exitCode: 3, cause: error });
}
