/** The public library: documents in, plans, trees and reports out. Re-exports only. */
export { readBaseline } from './check/baseline.ts';
export { check, type CheckOptions } from './check/check.ts';
export { fix, type Fixed } from './check/fix/fix.ts';
export type { Finding, FindingList, FindingSummary, Witness } from './check/results.ts';
export type { Draft, FindingDraft, Rule, Severity } from './check/rule.ts';
export { rules } from './check/rules/index.ts';
export { parseWaivers, type Waiver } from './check/waivers.ts';
export { HoldfastError, type Position, type Problem } from './core/error.ts';
export type { Bytes, Fraction, MilliCpu, Millis, Money, PerSecond } from './core/units.ts';
export type { Facts, Member, SystemId } from './facts.ts';
export { FAULTS, type FaultWords } from './faults/catalog.ts';
export { type Domain, faultsOf } from './faults/domains.ts';
export { resolveFaults } from './faults/resolve.ts';
export { formatFault, sayFault } from './faults/say.ts';
export { parseScenario } from './faults/scenario-file.ts';
export type { Fault, FaultKind, Scenario, TimedFault } from './faults/scenario.ts';
export { parseLose } from './faults/written.ts';
export { type Inventory, readInventory } from './inventory/inventory.ts';
export { readTexts } from './inventory/read.ts';
export type { World } from './inventory/world.ts';
export { worldOfInventory, worldOfPlan } from './inventory/world-of.ts';
export { diffPlans } from './plan/diff.ts';
export { readPriceTable } from './plan/price-file.ts';
export { type ListedPrice, listedPrices, type PriceTable } from './plan/price-table.ts';
export { planCluster, type PlannedDocument, type PlanOptions } from './plan/run.ts';
export { headline } from './plan/sentences.ts';
export type { AvailabilityEstimate, Plan, PlanChange, Price, PriceRow, Verdict } from './plan/types.ts';
export { promtoolFiles } from './render/alerts.ts';
export { documentHash, renderTree } from './render/tree.ts';
export {
  type Layout,
  LAYOUTS,
  type RenderedFile,
  type RenderOptions,
  type Repository,
  type Tree,
} from './render/types.ts';
export { comparisonHtml } from './report/html/comparison-page.ts';
export { planHtml } from './report/html/plan-page.ts';
export { planMarkdown } from './report/markdown.ts';
export { planDiffOutput, planOutput } from './report/plan-output.ts';
export { outputSchemas } from './report/schemas.ts';
export type { PlanReport, SystemWords } from './report/types.ts';
export type { Cluster, ObjectiveName, Objectives, Pool, Region } from './spec/cluster.ts';
export type { DocumentText, ParsedDocument } from './spec/parse.ts';
export type {
  Alert,
  AnySystem,
  Artifact,
  Decision,
  Need,
  Runbook,
  Source,
  System,
  SystemPlan,
  Verification,
} from './system.ts';
export * from './systems/document.ts';
export { systems } from './systems/index.ts';
export { controlPlaneTimeline } from './twin/control-plane/control-plane-timeline.ts';
export type { ControlPlaneTimeline } from './twin/control-plane/timeline.ts';
export { explainPods, type ExplainOptions } from './twin/explain-pods.ts';
export type { PodExplanation, PodVerdict } from './twin/explanation.ts';
export { settingsOfPlan } from './twin/plan-settings.ts';
export type { Simulation, Sweep, SweepFailure, WorkloadOutcome } from './twin/results.ts';
export { sequencePods } from './twin/sequence-pods.ts';
export { simulate } from './twin/simulate.ts';
export { sweep, type SweepQuestion } from './twin/sweep.ts';
export { Twin, type TwinSettings } from './twin/twin.ts';
export { type Component, versions } from './versions.ts';
