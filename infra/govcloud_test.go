package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/drover-dr/drover/infra/config"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/assembly"
	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/drill/drilltest"
	"github.com/drover-dr/drover/statemachine/scenario"
	"github.com/drover-dr/drover/statemachine/transcript"
)

// manyClusters are one more than are described one by one.
func manyClusters() string {
	var ids []string
	for i := range failover.FewClusters + 1 {
		ids = append(ids, fmt.Sprintf(`"db-%02d"`, i+1))
	}
	return strings.Join(ids, ", ")
}

// govCloud synthesizes a plan in another partition, with more global clusters than are described one by one, once.
var govCloud = sync.OnceValue(func() synthesis {
	var s synthesis
	s.err = func() (err error) {
		s.config, err = config.Parse([]byte(`{"primary": "us-gov-west-1", "standby": "us-gov-east-1", "hostedZones": ["Z0000000002EXAMPLE"],
			"globalClusters": [` + manyClusters() + `], "failoverAlarms": ["other-region-lost"]}`))
		if err != nil {
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
		s.dir = filepath.Join(scratch, "govcloud")
		if err := (app{config: s.config, context: context.Values(), code: code, outdir: s.dir}).synthesize(); err != nil {
			return err
		}
		if s.assembly, err = assembly.Read(os.DirFS(s.dir), assembly.Placeholder); err != nil {
			return err
		}
		return s.readTemplates()
	}()
	return s
})

func inGovCloud(t *testing.T) synthesis {
	t.Helper()
	fresh(t) // finds out whether the CDK can be started at all
	s := govCloud()
	if s.err != nil {
		t.Fatal(s.err)
	}
	return s
}

func TestNothingInTheTemplatesBelongsToAnotherPartition(t *testing.T) {
	s := inGovCloud(t)
	for _, stack := range s.assembly.Stacks {
		for _, id := range sortedKeys(s.templates[stack.Name].Resources) {
			walk(id, s.templates[stack.Name].Resources[id].Properties, func(path, text string) {
				for _, foreign := range []string{"arn:aws:", "us-east-1", "amazonaws.com/"} {
					if strings.Contains(text, foreign) {
						t.Errorf("%s: %s has %s: %s", stack.Name, path, foreign, text)
					}
				}
			})
		}
		for _, r := range stack.Resources {
			if r.ARN != "" && !strings.HasPrefix(r.ARN, "arn:aws-us-gov:") {
				t.Errorf("%s: %s is %s", stack.Name, r.LogicalID, r.ARN)
			}
		}
	}
	for _, m := range s.assembly.StateMachines {
		if strings.Contains(m.Definition, "arn:aws:") || !strings.Contains(m.Definition, "arn:aws-us-gov:states:::lambda:invoke") {
			t.Errorf("%s in %s: the definition is not one of the partition", m.Name, m.Region)
		}
	}
}

// The clusters are described without an identifier, which needs permissions on all of them; and everything that has an
// ARN is in the partition aws-us-gov, which the AWS simulator checks.
func TestAFailoverInGovCloudWithManyClustersCompletes(t *testing.T) {
	disaster := `
name: govcloud
title: A failover in the partition aws-us-gov with more than twenty global clusters
description: What is described without an identifier is authorized against all of it.
world: {controlPlane: stays}
generate:
  applications: 21
  databases: 21
  zones: [{id: Z0000000002EXAMPLE, name: prod.example.com}]
  globalClusters: [` + manyClusters() + `]
timeline:
  - at: 1m
    regionDark: us-gov-west-1
  - at: 1m30s
    start: {region: us-gov-east-1, input: {action: failover, allowDataLoss: true}, outcome: Completed}
until: 4m
`
	text := playInGovCloud(t, disaster)
	for _, foreign := range []string{"us-east-1", "arn:aws:"} {
		if strings.Contains(text, foreign) {
			t.Errorf("the transcript names %s:\n%s", foreign, text)
		}
	}
}

// Where all global clusters of the account are read together, IAM does not say which of them the plan may promote.
func TestACheckNamesAClusterThatIsNotInTheContextOfAPlanWithMany(t *testing.T) {
	playInGovCloud(t, `
name: govcloud
title: One more global cluster than the plan's context has, which has more than twenty
description: A check names it, and a failover moves everything else.
noSchedules: true
world: {controlPlane: stays}
generate:
  applications: 22
  databases: 22
  zones: [{id: Z0000000002EXAMPLE, name: prod.example.com}]
  globalClusters: [`+manyClusters()+`, db-99]
timeline:
  - at: 1m
    start:
      region: us-gov-east-1
      input: {action: check}
      outcome: Refused
      says: ['add "db-99" to globalClusters of the context key drover in cdk.json, then deploy', make deploy]
  - at: 2m
    regionDark: us-gov-west-1
  - at: 2m30s
    start:
      region: us-gov-east-1
      input: {action: failover, allowDataLoss: true}
      outcome: Held
      says: ["21 of 22 applications moved", "database db-99 of"]
until: 8m
expect:
  denied: [db-99]
`)
}

func playInGovCloud(t *testing.T, disaster string) (transcribed string) {
	t.Helper()
	s, err := scenario.Load(fstest.MapFS{"govcloud.yaml": {Data: []byte(disaster)}}, "govcloud.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	result, err := drill.Play(t.Context(), s, drill.Options{
		Assembly: inGovCloud(t).assembly, Lambdas: drilltest.Lambdas(t), Out: &transcript.Printer{W: &out},
	})
	if err != nil {
		t.Fatal(err)
	}
	if !result.OK() {
		t.Errorf("the drill is not as it should be:\n%s", out.String())
	}
	return out.String()
}
