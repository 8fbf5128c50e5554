package main

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/drover-dr/drover/infra/config"
	"github.com/drover-dr/drover/statemachine/assembly"
)

// everything is a context that asks for all that there is to ask for.
const everything = `{"hostedZones": ["Z1"], "globalClusters": ["checkout"], "emails": ["oncall@example.com"], "tags": {"team": "sre"},
	"consistency": "strong", "witness": "us-east-2", "failoverAlarms": ["other-region-lost"], "drillSchedule": "cron(0 3 ? * 1#1 *)",
	"timezone": "Europe/Berlin", "switches": [{"name": "default", "lever": "endpoint"}, {"name": "batch", "lever": "metric"}, ` + arc + `], "trafficMetrics": [{"namespace": "AWS/ApplicationELB", "metric": "RequestCount", "dimensions": {"LoadBalancer": "app/shop"}}],
	"pipeline": {"connection": "arn:aws:codeconnections:us-east-1:111122223333:connection/01234567-89ab-cdef-0123-456789abcdef",
		"repository": "drover-dr/drover", "branch": "main"}}`

// arc is a switch with routing controls, as docs/deploying.md shows it.
const arc = `{"name": "arc", "lever": "routing-control", "routingControl": {
	"endpoints": [
		{"region": "us-east-1", "url": "https://host-aaaaaa.us-east-1.cluster.routing-control.amazonaws.com/v1"},
		{"region": "us-west-2", "url": "https://host-bbbbbb.us-west-2.cluster.routing-control.amazonaws.com/v1"},
		{"region": "eu-west-1", "url": "https://host-cccccc.eu-west-1.cluster.routing-control.amazonaws.com/v1"},
		{"region": "ap-northeast-1", "url": "https://host-dddddd.ap-northeast-1.cluster.routing-control.amazonaws.com/v1"},
		{"region": "ap-southeast-2", "url": "https://host-eeeeee.ap-southeast-2.cluster.routing-control.amazonaws.com/v1"}],
	"controls": {
		"us-east-1": "arn:aws:route53-recovery-control::111122223333:controlpanel/0123456789abcdef/routingcontrol/0123456789abcde1",
		"us-west-2": "arn:aws:route53-recovery-control::111122223333:controlpanel/0123456789abcdef/routingcontrol/0123456789abcde2"},
	"healthChecks": {"us-east-1": "11111111-2222-3333-4444-555555555551", "us-west-2": "11111111-2222-3333-4444-555555555552"}}}`

// full synthesizes everything, once, under the eyes of cdk-nag.
var full = sync.OnceValue(func() synthesis {
	var s synthesis
	s.err = s.synthesizeFull()
	return s
})

func (s *synthesis) synthesizeFull() error {
	var err error
	if s.config, err = config.Parse([]byte(everything)); err != nil {
		return err
	}
	context, err := config.Load(func(string) string { return "" }, "../cdk.json")
	if err != nil {
		return err
	}
	code, err := placeholders()
	if err != nil {
		return err
	}
	s.dir = filepath.Join(scratch, "full")
	values := context.Values()
	// The test judges what cdk-nag finds; with this flag the library would, and stop at the first.
	values["@aws-cdk/core:annotationsInValidationReport"] = false
	a := app{config: s.config, context: values, code: code, outdir: s.dir, inspect: func(root awscdk.App) { nag(root) }}
	if err := a.synthesize(); err != nil {
		return err
	}
	if s.assembly, err = assembly.Read(os.DirFS(s.dir), assembly.Placeholder); err != nil {
		return err
	}
	return s.readTemplates()
}

// complete returns the synthesis of everything.
func complete(t *testing.T) synthesis {
	t.Helper()
	fresh(t) // finds out whether the CDK can be started at all
	s := full()
	if s.err != nil {
		t.Fatal(s.err)
	}
	return s
}
