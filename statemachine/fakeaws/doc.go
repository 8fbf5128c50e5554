// Package fakeaws is an AWS that fits into one process: enough of Route 53, Aurora, DynamoDB, CloudWatch, SNS, S3, IAM,
// Lambda, Step Functions, EventBridge, Scheduler and API Gateway to fail an application over from one Region to the
// other, and nothing else.
//
// It is made of a few ideas, each resting on the one before:
//
//   - The [World] is everything that exists: one struct, one mutex, one clock. A failover crosses services, so their
//     state is not kept apart: promoting a cluster ends its lag metric, shifting weights moves traffic, and what users
//     then experience becomes the metrics by which the failover is verified.
//   - Time is virtual. It moves in jumps, from one event to the next ([World.Step]); while a Lambda function runs it
//     stands still, and the function is charged a modelled duration afterwards. So the same scenario is the same
//     sequence of events every time, and ten minutes of waiting take no time at all.
//     Or it follows real time, while the World is served to people ([World.Serve]).
//   - The wire is real. The World is an [net/http.Handler] that speaks the protocols of the services, so the unmodified
//     AWS SDK and the aws command line work against it. The signature of a request says who asks and in which Region.
//   - Callers are known. Every request is made by a role, and what the role's policies do not allow is AccessDenied.
//   - A Region can go dark ([World.SetDark]): it answers nothing, replicates nothing, runs nothing, serves nobody.
//   - Everything is recorded: every request ([World.Calls]), every accepted change, every message. Verdicts about a run
//     are reached from these and never from what the run says of itself.
//
// Behaviour follows AWS's documents. Where they leave something open, docs/fidelity.md has a numbered assumption and the
// code cites the number. An operation that is not there answers 501 and names itself, and the drill fails.
package fakeaws
