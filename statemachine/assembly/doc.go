// Package assembly reads a cloud assembly, which is what the CDK app in infra synthesizes: a manifest and one
// CloudFormation template per stack. The drill sets up its AWS simulator from it, so that what is rehearsed is what is
// deployed: the same state machine, environment variables, roles and policies.
//
// Reading is done in four steps, each in a file of its own:
//
//   - manifest.go finds the stacks and puts them in deploy order.
//   - template.go reads a template's parts in the order in which they are written.
//   - resolve.go replaces the intrinsic functions, as CloudFormation would; names.go knows which names and ARNs AWS
//     gives to the resource types that Drover uses.
//   - views.go and trigger_views.go turn resolved resources into what the simulator creates.
//
// What the package does not know, an intrinsic function or a resource type, is an error that names it with its stack
// and logical id: a drill must not leave out a part of the deployment silently.
package assembly
