// Package statemachine holds the definition of Drover's state machine: one text in Amazon States Language for the deployment and
// for drills, with ${Substitutions} for the ARNs of the functions and the partition. The packages below play it on a laptop: asl
// interprets it, fakeaws simulates AWS, lambdahost runs the functions, and drill puts them together.
package statemachine

import _ "embed"

//go:embed failover.asl.json
var definition string

// The substitutions of the definition: what stands for the ARN of each function, and for the partition of AWS in which
// the machine is, such as aws-us-gov.
const (
	PartitionID        = "Partition"
	ValidateARN        = "ValidateArn"
	ShiftTrafficARN    = "ShiftTrafficArn"
	UpdateRegistryARN  = "UpdateRegistryArn"
	PromoteDatabaseARN = "PromoteDatabaseArn"
	VerifyHealthARN    = "VerifyHealthArn"
	NotifyARN          = "NotifyArn"
)

// Substitutions are the names of all substitutions, in the order in which a run first needs them.
var Substitutions = []string{PartitionID, ValidateARN, ShiftTrafficARN, UpdateRegistryARN, PromoteDatabaseARN, VerifyHealthARN, NotifyARN}

// Definition returns the text of the definition, before its substitutions are made.
func Definition() string { return definition }
