/** Claims and templates of claims: Kubernetes v1.36.3 pkg/apis/core/validation/validation.go (ValidatePersistentVolumeClaimSpec). */
import type { Reader, Refuse } from '../objects.ts';
import { at, into, reader, refuse, text, textList } from '../objects.ts';
import { amountOf } from '../resources.ts';
import { isDnsSubdomain, validateExactChoice, validateName } from './names.ts';

const MODES: readonly string[] = ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod'];

export function validateClaim(object: unknown, tell: Refuse): void {
  const root = reader(object, tell);
  validateName(root, 'subdomain');
  validateClaimSpec(into(root, 'spec'));
}

export function validateClaimSpec(spec: Reader): void {
  const modes = textList(spec, 'accessModes');
  if (modes.length === 0 || !modes.every((mode) => MODES.includes(mode)))
    refuse(into(spec, 'accessModes'), `at least one of ${MODES.join(', ')}`);
  else if (modes.includes('ReadWriteOncePod') && modes.some((mode) => mode !== 'ReadWriteOncePod'))
    refuse(into(spec, 'accessModes'), 'nothing beside ReadWriteOncePod');
  const requests = into(into(spec, 'resources'), 'requests');
  const bytes = amountOf('storage', at(requests.value, 'storage'));
  if (bytes === undefined || bytes <= 0) refuse(into(requests, 'storage'), 'a quantity of more than nothing');
  const name = text(spec, 'storageClassName') ?? '';
  if (name !== '' && !isDnsSubdomain(name)) refuse(into(spec, 'storageClassName'), 'the name of a StorageClass');
  validateExactChoice(spec, 'volumeMode', ['Filesystem', 'Block']);
}
