// Package step makes the Lambda function of one step, with a role and a log group of its own.
package step

import (
	"path/filepath"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/drover-dr/drover/infra/logs"
	"github.com/drover-dr/drover/infra/permission"
	"github.com/drover-dr/drover/infra/policy"
	"github.com/drover-dr/drover/internal/failover"
)

// Step is one state of the definition that calls a function.
type Step struct {
	// Name is the step's folder in lambdas.
	Name string
	// State is the state's name in the definition.
	State string
	// Does completes the sentence "This function …".
	Does string
}

// Placeholder is what stands for the function's ARN in the definition.
func (s Step) Placeholder() string { return s.State + "Arn" }

// Reserved is the function's reserved concurrency in a plan that gives each step so much. The API's function has more than
// one caller at a time, and gets three times as much.
func (s Step) Reserved(each int) int {
	if s == API {
		return 3 * each
	}
	return each
}

// All are the steps, in the order in which a run needs them.
var All = []Step{
	{"validate", "Validate", "validates the run, takes the lock and plans the stages"},
	{"shifttraffic", "ShiftTraffic", "moves the DNS weights of a wave"},
	{"updateregistry", "UpdateRegistry", "writes the registry, and closes runs"},
	{"promotedatabase", "PromoteDatabase", "starts the promotion of a wave's databases"},
	{"verifyhealth", "VerifyHealth", "checks once what a stage has started"},
	{"notify", "Notify", "takes the inventory, writes reports and sends notifications"},
}

// API is the function behind the HTTP API. It is no step: no state of the definition calls it.
var API = Step{"api", "Api", "starts, shows and approves runs, for the HTTP API"}

// Lever is the function that Route 53's health checkers ask. It is no step either, and deployed only in a plan that has a
// switch with an endpoint for a lever.
var Lever = Step{"lever", "Lever", "answers Route 53's health checkers whether users are to leave the other Region"}

// Folders are the folders in lambdas of everything that can be deployed.
func Folders() []string { return append(Names(), API.Name, Lever.Name) }

// Deployed are the folders in lambdas of everything that a plan deploys: the steps, the API, and the lever if there is one.
func Deployed(plan failover.Plan) []string {
	folders := append(Names(), API.Name)
	if plan.DrivenByEndpoint() {
		folders = append(folders, Lever.Name)
	}
	return folders
}

// Names are the names of all steps, in their order.
func Names() []string {
	var list []string
	for _, s := range All {
		list = append(list, s.Name)
	}
	return list
}

// Props is what a step's function needs to know.
type Props struct {
	Step  Step
	Scope permission.Scope
	// Code is the directory that holds a directory of each step, with the file bootstrap in it.
	Code string
	// Environment is what the function finds in its environment.
	Environment map[string]string
	LogDays     int
	// Reserved is the function's reserved concurrency; 0 reserves nothing.
	Reserved int
}

// New makes the function. Its current version is published with every change of its code or configuration, and kept: a
// run calls to its end the versions that it was started with, whatever is deployed meanwhile.
func New(scope constructs.Construct, id string, props Props) awslambda.Function {
	scope = constructs.NewConstruct(scope, jsii.String(id))
	name, region := props.Step.Name, props.Scope.Names
	role := policy.NewRole(scope, "Role", policy.Props{
		Name:        region.Role(name),
		Service:     "lambda.amazonaws.com",
		Description: "Of the function " + region.Function(name) + ", which " + props.Step.Does,
		Grants:      props.Scope.ForStep(name),
	})
	environment := map[string]*string{}
	for key, value := range props.Environment {
		environment[key] = policy.Sub(value)
	}
	tracing := awslambda.Tracing_ACTIVE
	if props.Step == Lever { // it is asked every second: traces would cost more than all else
		tracing = awslambda.Tracing_DISABLED
	}
	var reserved *float64 // a reservation of 0 would throttle every invocation
	if props.Reserved > 0 {
		reserved = jsii.Number(props.Reserved)
	}
	return awslambda.NewFunction(scope, jsii.String("Function"), &awslambda.FunctionProps{
		FunctionName: jsii.String(region.Function(name)),
		Description:  jsii.String("Drover: " + props.Step.Does),
		Runtime:      awslambda.Runtime_PROVIDED_AL2023(),
		Architecture: awslambda.Architecture_ARM_64(),
		Handler:      jsii.String(name),
		Code:         awslambda.Code_FromAsset(jsii.String(filepath.Join(props.Code, name)), nil),
		Role:         role,
		LogGroup:     logs.NewGroup(scope, "Logs", region.FunctionLogs(name), props.LogDays),
		Tracing:      tracing,
		Timeout:      awscdk.Duration_Seconds(jsii.Number(failover.FunctionTimeout.Seconds())),
		MemorySize:   jsii.Number(256),
		Environment:  &environment,

		ReservedConcurrentExecutions: reserved,
		CurrentVersionOptions: &awslambda.VersionOptions{
			Description:   jsii.String("Drover: kept for runs in progress that started with this version"),
			RemovalPolicy: awscdk.RemovalPolicy_RETAIN,
		},
	})
}
