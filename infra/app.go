package main

import (
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/drover-dr/drover/infra/config"
)

// app is everything that a cloud assembly is made from.
type app struct {
	config config.Config
	// context holds the feature flags of the CDK.
	context map[string]any
	// code is the directory of the built Lambdas: a directory of each step, with the file bootstrap in it.
	code string
	// outdir is where the assembly is written.
	outdir string
	// inspect, if it is set, sees the finished tree before it is written.
	inspect func(awscdk.App)
}

// synthesize writes the cloud assembly. The stacks are deployed in this order:
//
//  1. the registry, in the primary Region, which makes its replica in the standby;
//  2. the primary's stack;
//  3. the standby's stack: a version that cannot be deployed in the primary does not reach it.
//
// The stack of the pipeline, if one is asked for, waits for none of them: it deploys them.
//
// Only the order connects them: no stack reads anything of another.
//
// The CDK's library panics with a stack trace of JavaScript. A configuration that was checked causes none; a panic becomes
// an error here all the same.
func (a app) synthesize() (err error) {
	defer func() {
		if problem := recover(); problem != nil {
			err = fmt.Errorf("synthesize with the CDK: %s", firstLine(problem))
		}
	}()
	root := awscdk.NewApp(&awscdk.AppProps{
		Outdir:             jsii.String(a.outdir),
		Context:            &a.context,
		PostCliContext:     &settled,
		AnalyticsReporting: jsii.Bool(false),
		TreeMetadata:       jsii.Bool(false),
	})
	plan := a.config.Plan
	table := a.registryStack(root)
	primary := a.regionStack(root, plan.Primary)
	standby := a.regionStack(root, plan.Standby)
	primary.AddStackDependency(table, jsii.String("the functions need the table"))
	standby.AddStackDependency(table, jsii.String("the functions need the table's replica"))
	standby.AddStackDependency(primary, jsii.String("a version that cannot be deployed must not reach the standby"))
	if a.config.Pipeline != nil {
		a.pipelineStack(root)
	}
	if a.inspect != nil {
		a.inspect(root)
	}
	root.Synth(nil)
	return nil
}

// settled overrides what the CDK command line adds to the context, so that templates are the same with and without it.
var settled = map[string]any{
	"aws:cdk:enable-path-metadata":  false,
	"aws:cdk:enable-asset-metadata": false,
	"aws:cdk:version-reporting":     false,
}

// firstLine is what a panic of the library says, without the stack traces that follow.
func firstLine(problem any) string {
	line, _, _ := strings.Cut(fmt.Sprint(problem), "\n")
	return line
}
