// Package wire is what travels between a client and a service of the AWS simulator: requests and answers, errors, and the
// protocols in which AWS writes them, so that the unmodified SDKs and the aws command line work. It holds no state and
// knows no service.
//
//   - A [Request] has the caller, Region and service of its signature, and the parameters that the service has decoded.
//   - A [Service] opens a request, names the [Permission]s that IAM must allow, serves it, and writes its errors.
//   - The protocols: Query ([OpenQuery], [QueryResponse]) for RDS, SNS and STS; JSON ([OpenJSON], [ServeJSON]) for Step
//     Functions, EventBridge and SQS; RPC with CBOR, JSON or forms ([RPC]) for CloudWatch; REST with XML ([XML]) for
//     Route 53. S3, DynamoDB, Lambda and API Gateway have formats of their own, in their packages.
//
// The test suite of the Smithy protocols, in testdata/vectors, drives the codecs.
//
// Parameters that the simulator does not have are rejected by name and never ignored: an ignored one could be the one
// that matters.
package wire
