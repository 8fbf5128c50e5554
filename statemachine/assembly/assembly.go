package assembly

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Assembly is everything that one deployment of Drover consists of.
type Assembly struct {
	// Account is the account that the stacks are for, or the placeholder given to [Read] when they name none.
	Account string
	// Stacks are in deploy order.
	Stacks []Stack
	// BuiltIn says that it is one of those that Drover comes with.
	BuiltIn bool

	// The views hold what the stacks declare, in the order of Stacks and then of each template.

	Functions     []Function
	StateMachines []StateMachine
	Roles         []Role
	Tables        []Table
	Topics        []Topic
	Buckets       []Bucket
	Alarms        []Alarm
	APIs          []API
	Rules         []Rule
	Schedules     []Schedule
	Queues        []Queue
	HealthChecks  []HealthCheck
	FunctionURLs  []FunctionURL
}

// Regions returns the Regions of the stacks, each once, in deploy order.
func (a *Assembly) Regions() []string {
	var regions []string
	for _, s := range a.Stacks {
		if !slices.Contains(regions, s.Region) {
			regions = append(regions, s.Region)
		}
	}
	return regions
}

// Stack is one CloudFormation stack.
type Stack struct {
	Name   string
	Region string
	// DependsOn names the stacks that must be deployed before it.
	DependsOn []string
	// Resources are in the order of the template; those whose condition is false are left out.
	Resources []Resource
	// Outputs are in the order of the template.
	Outputs []Output
}

// Outliving are the resources that their DeletionPolicy keeps when the stack is removed. A version is deleted with its
// function or state machine nevertheless.
func (s Stack) Outliving() []Resource {
	var stay []Resource
	for _, r := range s.Resources {
		goesWith := func(owner Resource) bool {
			return !owner.Retained && owner.ARN != "" && strings.HasPrefix(r.ARN, owner.ARN+":")
		}
		if r.Retained && !slices.ContainsFunc(s.Resources, goesWith) {
			stay = append(stay, r)
		}
	}
	return stay
}

// Output returns the value of the stack's output of this name.
func (s Stack) Output(name string) (value string, ok bool) {
	for _, o := range s.Outputs {
		if o.Name == name {
			return o.Value, true
		}
	}
	return "", false
}

// Output is one output of a stack.
type Output struct{ Name, Value string }

// Resource is one resource of a stack, with its intrinsic functions resolved.
type Resource struct {
	LogicalID string
	Type      string
	// Name is the physical name, from the template or as CloudFormation would generate it.
	Name string
	// ARN is empty for types that have none, such as an inline policy.
	ARN        string
	Properties map[string]any
	// Retained says that the resource outlives its stack.
	Retained bool
}

// Function is a Lambda function.
type Function struct {
	Name   string
	ARN    string
	Region string
	// Handler is the name of the step's folder in lambdas; a custom runtime makes no other use of it.
	Handler     string
	RoleARN     string
	Environment map[string]string
	Timeout     time.Duration
	MemoryMB    int
	// LogGroup is the name of its log group.
	LogGroup string
	// Reserved is the reserved concurrency; nil when nothing is reserved.
	Reserved *int
	// VersionARN is that of the version that the stack publishes; empty when it publishes none.
	VersionARN string
}

// StateMachine is a Step Functions state machine.
type StateMachine struct {
	Name    string
	ARN     string
	Region  string
	RoleARN string
	// LogGroup is the name of its log group, and empty when it logs nothing; LogData says that it logs execution data.
	LogGroup string
	LogData  bool
	// Definition has its substitutions applied.
	Definition string
	// VersionARN is that of the version that the stack publishes; empty when it publishes none.
	VersionARN string
}

// Role is an IAM role with every policy document that its permissions come from.
type Role struct {
	Name string
	ARN  string
	// Trust is the document that says who may assume the role.
	Trust json.RawMessage
	// Policies are the documents of inline policies, of attached policy resources and of managed policies.
	Policies []json.RawMessage
}

// Table is a DynamoDB global table.
type Table struct {
	Name string
	// Regions are those of the replicas, the stack's own first.
	Regions []string
	// PartitionKey and SortKey name the key attributes; SortKey may be empty.
	PartitionKey, SortKey string
	// Strong says that the replicas are strongly consistent. Witness is then the Region that has no replica and only takes
	// part in the agreement, or empty.
	Strong  bool
	Witness string
}

// Topic is an SNS topic.
type Topic struct {
	Name   string
	ARN    string
	Region string
}

// Bucket is an S3 bucket.
type Bucket struct {
	Name   string
	Region string
}

// Alarm is a CloudWatch alarm of the deployment itself.
type Alarm struct {
	Name   string
	Region string
	// Namespace, Metric and Dimensions name its metric.
	Namespace, Metric string
	Dimensions        map[string]string
	// Statistic is Sum, Minimum and the like, of each period of Period.
	Statistic string
	Period    time.Duration
	// Comparison, such as LessThanThreshold, is between the statistic and Threshold. The alarm goes off when Datapoints
	// of the last Periods breach it; MissingData says how a period without data counts, as missing if it is empty.
	Comparison          string
	Threshold           float64
	Periods, Datapoints int
	MissingData         string
	// Actions are the ARNs that the alarm notifies.
	Actions []string
}
