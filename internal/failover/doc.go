// Package failover is Drover's vocabulary: the words, the payloads and the pure decisions that the state machine, the
// Lambdas, the CDK app and the drill share. It imports nothing but the standard library, so that the semantics of a
// failover can be read, and tested, without meeting AWS.
//
// The words, in the order in which they need each other:
//
//   - A [Plan] is one deployment of Drover: a name and two Regions, of which one is the primary.
//   - An [Application] is what moves as a unit: weighted record sets, global clusters, health rules, a wave.
//   - An [Input] asks for an [Action]; together with the plan it becomes a [Run], which has an id and an epoch.
//   - A run is a list of [Stage] values. [PlanStages] makes the list; the state machine only plays it.
//   - Each step of a stage is a Lambda with a request and an answer type of its own, all of them in the payload files.
//   - A step that fails does so with a [Condition]: a name that the state machine's Retry and Catch know.
//   - A run ends with an [Outcome], which tells the operator whether a human must touch production.
package failover
