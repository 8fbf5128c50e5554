// Package machine makes the state machine.
package machine

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/drover-dr/drover/infra/logs"
	"github.com/drover-dr/drover/infra/permission"
	"github.com/drover-dr/drover/infra/policy"
)

// Props is what the state machine is made of.
type Props struct {
	// Definition is the text of the definition; operators read it in the console.
	Definition string
	// Substitutions holds the value for each placeholder in the definition.
	Substitutions map[string]*string
	Scope         permission.Scope
	// Steps are the names of the steps that it may invoke.
	Steps   []string
	LogDays int
}

// New makes the state machine. It logs every event without its data: the data of AwaitApproval has the task token, which is
// valid until it is answered, and not everyone who reads logs may approve. The input and the results of a run are in its
// report, and for 90 days in its history.
func New(scope constructs.Construct, id string, props Props) awsstepfunctions.StateMachine {
	scope = constructs.NewConstruct(scope, jsii.String(id))
	region := props.Scope.Names
	role := policy.NewRole(scope, "Role", policy.Props{
		Name:        region.Role("machine"),
		Service:     "states.amazonaws.com",
		SourceARN:   region.StateMachineARN(),
		Description: "Of the state machine " + region.StateMachine() + ", which plays runs",
		Grants:      props.Scope.ForStateMachine(props.Steps),
	})
	machine := awsstepfunctions.NewStateMachine(scope, jsii.String("StateMachine"), &awsstepfunctions.StateMachineProps{
		StateMachineName:        jsii.String(region.StateMachine()),
		StateMachineType:        awsstepfunctions.StateMachineType_STANDARD,
		DefinitionBody:          awsstepfunctions.DefinitionBody_FromString(jsii.String(props.Definition)),
		DefinitionSubstitutions: &props.Substitutions,
		Role:                    role,
		TracingEnabled:          jsii.Bool(true),
		Logs: &awsstepfunctions.LogOptions{
			Destination:          logs.NewGroup(scope, "Logs", region.StateMachineLogs(), props.LogDays),
			Level:                awsstepfunctions.LogLevel_ALL,
			IncludeExecutionData: jsii.Bool(false),
		},
	})
	acceptExpressions(machine)
	publish(scope, machine)
	return machine
}

// publish makes a version of every definition that is deployed, and keeps it. Runs start from the latest revision, and keep
// it to their end. An operator can start a run from a version when the latest release has a defect.
func publish(scope constructs.Construct, machine awsstepfunctions.StateMachine) {
	version := awsstepfunctions.NewCfnStateMachineVersion(scope, jsii.String("Version"), &awsstepfunctions.CfnStateMachineVersionProps{
		StateMachineArn:        machine.StateMachineArn(),
		StateMachineRevisionId: machine.StateMachineRevisionId(),
		Description:            jsii.String("Drover: one release, from which runs can be started"),
	})
	version.ApplyRemovalPolicy(awscdk.RemovalPolicy_RETAIN, &awscdk.RemovalPolicyOptions{ApplyToUpdateReplacePolicy: jsii.Bool(true)})
}

// acceptExpressions suppresses the types that cfn-lint checks in the definition, because it does not know JSONata:
// TimeoutSeconds may be an expression. See "Transforming data with JSONata in Step Functions" in the Step Functions
// Developer Guide. The definition is held by the tests of package statemachine.
func acceptExpressions(machine awsstepfunctions.StateMachine) {
	resource := machine.Node().DefaultChild().(awsstepfunctions.CfnStateMachine)
	resource.AddMetadata(jsii.String("cfn-lint"), map[string]any{"config": map[string]any{"ignore_checks": []string{"E3601"}}})
}
