// Package policy turns grants into IAM statements of the CDK, and makes roles that hold them.
package policy

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/drover-dr/drover/infra/permission"
)

// Props is what a role is made of.
type Props struct {
	// Name is the physical name.
	Name string
	// Service is who may assume the role, such as lambda.amazonaws.com.
	Service string
	// SourceARN narrows that to the service acting for one resource, where the service says for which it acts and the name
	// is known before the resource is made. That it acts for this account is always a condition: without it, a service
	// that another account has given a resource of its own would do (IAM User Guide, "The confused deputy problem").
	SourceARN string
	// Description is for whom finds it in the console.
	Description string
	Grants      []permission.Grant
}

// NewRole makes a role that may do what the grants say and nothing else.
func NewRole(scope constructs.Construct, id string, props Props) awsiam.Role {
	role := awsiam.NewRole(scope, jsii.String(id), &awsiam.RoleProps{
		RoleName:    jsii.String(props.Name),
		Description: jsii.String(props.Description),
		AssumedBy:   awsiam.NewServicePrincipal(jsii.String(props.Service), trust(props)),
	})
	for _, grant := range props.Grants {
		role.AddToPolicy(statement(grant))
	}
	return role
}

// trust returns what must hold for the service to assume the role.
func trust(props Props) *awsiam.ServicePrincipalOpts {
	conditions := map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": awscdk.Aws_ACCOUNT_ID()}}
	if props.SourceARN != "" {
		conditions["ArnEquals"] = map[string]any{"aws:SourceArn": Sub(props.SourceARN)}
	}
	return &awsiam.ServicePrincipalOpts{Conditions: &conditions}
}

func statement(g permission.Grant) awsiam.PolicyStatement {
	var resources []*string
	for _, arn := range g.Resources {
		resources = append(resources, Sub(arn))
	}
	effect := awsiam.Effect_ALLOW
	if g.Deny {
		effect = awsiam.Effect_DENY
	}
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        jsii.String(g.Sid),
		Effect:     effect,
		Actions:    jsii.Strings(g.Actions...),
		Resources:  &resources,
		Conditions: conditions(g.Conditions),
	})
}

func conditions(of map[string]map[string][]string) *map[string]any {
	if of == nil {
		return nil
	}
	out := map[string]any{}
	for operator, keys := range of {
		values := map[string]any{}
		for key, list := range keys {
			values[key] = list
		}
		out[operator] = values
	}
	return &out
}

// Sub is Fn::Sub for texts that need it, and the text itself for those that do not.
func Sub(text string) *string {
	if !strings.Contains(text, "${") {
		return jsii.String(text)
	}
	return awscdk.Fn_Sub(jsii.String(text), nil)
}
