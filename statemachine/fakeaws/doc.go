// Package fakeaws is the AWS simulator: the part of AWS that Drover needs to fail an application over from one Region to
// the other, in one process. [World] puts it together.
//
// The packages, from the bottom to the top. No package imports one above it, and no service imports another:
//
//   - wire has the protocols of AWS, and kernel what all services share: the mutex, the clock, the Regions, the account,
//     the journal, faults.
//   - iam decides what a caller may do.
//   - Each AWS service is one package: route53, rds, dynamodb, cloudwatch, sns, sqs, s3, lambda, stepfunctions,
//     eventbridge, scheduler, apigateway, functionurl, routingcontrol. What it needs of another service is a small interface
//     of its own. Its type Service has the methods that require the mutex, its type Control those that take it.
//   - clients simulates the users and canaries of applications; delivery is what eventbridge and scheduler share,
//     proxyevent what apigateway and functionurl share, nameserver the DNS protocol of route53's name servers.
//   - This package connects them: services.go makes the services, endpoint.go is where requests arrive, door.go where
//     EventBridge and Scheduler make theirs. A new service is one package and one line in services.go.
//
// What a drill relies on:
//
//   - Time is virtual and jumps from one event to the next, so the same scenario is the same sequence of events every time
//     ([World.Step]). It follows real time while the simulator is served ([World.Serve]).
//   - The protocols are the real ones: World is an [net/http.Handler], and the unmodified AWS SDK and the aws command line
//     work against it. The signature of a request identifies the caller, the service and the Region.
//   - IAM is enforced: what a role's policies do not allow is AccessDenied.
//   - A Region can go dark ([World.SetDark]): it answers nothing, replicates nothing, runs nothing and serves no user.
//   - Route 53's control plane can be lost, alone or with its Region ([World.SetControlPlane]); name servers
//     ([World.ServeDNS]), health checkers ([World.AddHealthCheck]) and routing controls go on.
//   - Every request ([World.Calls]), every accepted change and every message is recorded. Guarantees are checked on these,
//     never on what a run reports of itself.
//
// The behaviour follows AWS's documents. Where they leave something open, docs/fidelity.md has a numbered assumption, which
// the code cites. An operation that does not exist here answers 501 with its name, and the drill fails.
package fakeaws
