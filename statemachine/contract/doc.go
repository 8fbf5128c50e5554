// Package contract asks AWS whether the assumptions of docs/fidelity.md hold. It has tests alone: one file for each assumption
// that can be asked, which says confirmed, refuted or cannot know.
//
// Type `make contract` to ask the AWS simulator, and `make contract AWS=1` to ask the account of your AWS credentials, without
// changing anything in it. With WRITE="-zone ID -table NAME" (and -topic, -machine ARN) the programs that write do so in that
// hosted zone, table, topic and state machine, and remove the record sets and items that they have made.
package contract
