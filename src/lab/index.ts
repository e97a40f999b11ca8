/** The lab: real control planes on this machine. What the CLI and the tests use of it. */
export { type ApiRequest, type ApiResponse, messageOf } from './api-client.ts';
export { type BinaryName, binaryNames, binarySpec } from './binaries/catalog.ts';
export { type FetchOptions, fetchBinaries } from './binaries/fetch.ts';
export { type BinaryStatus, listBinaries } from './binaries/list.ts';
export { type FoundBinary, requireBinary } from './binaries/locate.ts';
export {
  type ControlPlane,
  type ControlPlaneOptions,
  describeControlPlane,
  startControlPlane,
} from './control-plane.ts';
export { type LabStatus, type LabUpOptions, labDown, labDryRun, labList, labLogs, labStatus, labUp } from './labs.ts';
export { type LabSettings, labSettings } from './settings.ts';
export { findSupervisor } from './supervisor/client.ts';
