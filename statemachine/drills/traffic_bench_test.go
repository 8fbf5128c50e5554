package drills

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"
	"github.com/aws/smithy-go"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/assembly"
	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/scenario"
	"github.com/drover-dr/drover/statemachine/transcript"
)

// sizes are how many applications move, in how many hosted zones.
var sizes = []struct{ applications, zones int }{{3, 1}, {1000, 1}, {1000, 20}, {10_000, 1}, {10_000, 20}}

// The buckets of Route 53, "Throttling for Amazon Route 53 API requests" in the Amazon Route 53 Developer Guide: so many changes at
// once, and so many in each second after that. A weight costs a DELETE and a CREATE for each of the two record sets.
const (
	changesAtOnce    = 1500
	changesPerSecond = 100
	changesPerRecord = 4
)

// BenchmarkTraffic is how long it takes, in virtual time from the start of the run, until the last write that moves users: by
// switch, by weights, and the plain way, which changes one record after the other. in-buckets is that time as a multiple of what
// Route 53's buckets allow; calls are the mutating calls that move users.
func BenchmarkTraffic(b *testing.B) {
	for _, size := range sizes {
		for _, mode := range []string{scenario.BySwitch, scenario.ByWeights} {
			b.Run(fmt.Sprintf("%s/%d-applications/%d-zones", mode, size.applications, size.zones), func(b *testing.B) {
				for b.Loop() {
					took, calls := movedBy(b, mode, size.applications, size.zones)
					reportTraffic(b, took, calls, size.applications, mode == scenario.ByWeights)
				}
			})
		}
		b.Run(fmt.Sprintf("plain/%d-applications/%d-zones", size.applications, size.zones), func(b *testing.B) {
			for b.Loop() {
				took, calls := movedPlainly(b, size.applications, size.zones)
				reportTraffic(b, took, calls, size.applications, true)
			}
		})
	}
}

func reportTraffic(b *testing.B, took time.Duration, calls, applications int, byBuckets bool) {
	b.Helper()
	b.ReportMetric(took.Seconds(), "virtual-s")
	b.ReportMetric(float64(calls), "calls")
	if allowed := float64(changesPerRecord*applications-changesAtOnce) / changesPerSecond; byBuckets && allowed > 0 {
		b.ReportMetric(took.Seconds()/allowed, "x-buckets")
		if ratio := took.Seconds() / allowed; ratio > 1.1 && b.Name() != "" && !strings.Contains(b.Name(), "/plain/") {
			b.Errorf("%.2f times what Route 53's buckets allow; expected at most 1.1", ratio)
		}
	}
}

// movedBy plays a failover, and returns when its last write that moves users was accepted, and how many there were.
func movedBy(b *testing.B, mode string, applications, zones int) (took time.Duration, calls int) {
	b.Helper()
	world := "traffic: " + mode
	if mode == scenario.ByWeights {
		world += ", controlPlane: stays"
	}
	s, err := scenario.Load(fstest.MapFS{"traffic.yaml": {Data: fmt.Appendf(nil, `
name: traffic
title: a failover
description: Measured.
noSchedules: true
generate: {applications: %d, zones: [%s]}
world: {%s}
timeline:
  - at: 1m
    regionDark: us-east-1
  - at: 2m
    start: {region: us-west-2, input: {action: failover}, outcome: Completed}
until: 3m
`, applications, strings.Join(zoneList(zones), ", "), world)}}, "traffic.yaml")
	if err != nil {
		b.Fatal(err)
	}
	deployed := withAnyZone(defaultAssembly(b))
	result, err := drill.Play(b.Context(), s, drill.Options{Assembly: deployed, Lambdas: built, Out: &transcript.Printer{W: io.Discard}})
	if err != nil || len(result.Unexpected) > 0 {
		b.Fatalf("%v, %+v", err, result.Unexpected)
	}
	run := result.Evidence.Runs[0]
	for _, inv := range run.Invocations {
		for _, call := range inv.Calls {
			moves := call.Service == "route53" || strings.Contains(call.Object, " switches ")
			if inv.State == "ShiftTraffic" && call.Mutating && call.Code == "" && moves {
				took, calls = call.At.Sub(run.StartedAt), calls+1
			}
		}
	}
	return took, calls
}

// withAnyZone is an assembly whose plan has all hosted zones in its context, and not only the three of the drills.
func withAnyZone(deployed *assembly.Assembly) *assembly.Assembly {
	wider := *deployed
	wider.Roles = slices.Clone(deployed.Roles)
	for i, role := range wider.Roles {
		wider.Roles[i].Policies = nil
		for _, policy := range role.Policies {
			text := strings.ReplaceAll(string(policy), "hostedzone/Z0000000002EXAMPLE", "hostedzone/*")
			wider.Roles[i].Policies = append(wider.Roles[i].Policies, []byte(text))
		}
	}
	return &wider
}

// zoneList are hosted zones as a scenario lists them.
func zoneList(n int) []string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf("{id: Z%010dEXAMPLE, name: z%d.example}", i, i))
	}
	return all
}

// movedPlainly changes the weights of one record after the other, as scripts do, and waits when Route 53 throttles.
func movedPlainly(b *testing.B, applications, zones int) (took time.Duration, calls int) {
	b.Helper()
	world := fakeaws.New("111122223333", scenario.Start, "us-east-1", "us-west-2")
	for i := range zones {
		if err := world.AddZone(fmt.Sprintf("Z%d", i), fmt.Sprintf("z%d.example", i)); err != nil {
			b.Fatal(err)
		}
	}
	server := httptest.NewServer(world)
	defer server.Close()
	client := route53.NewFromConfig(aws.Config{
		Region: "us-west-2", BaseEndpoint: &server.URL, Retryer: func() aws.Retryer { return aws.NopRetryer{} },
		Credentials: credentials.NewStaticCredentialsProvider(fakeaws.Administrator, "secret", ""),
	})
	began := world.Now()
	for i := range applications {
		zone := i * zones / applications
		for {
			err := upsert(b.Context(), client, fmt.Sprintf("Z%d", zone), fmt.Sprintf("app-%d.z%d.example", i, zone))
			if err == nil {
				break
			}
			if api := smithy.APIError(nil); !errors.As(err, &api) || api.ErrorCode() != "Throttling" {
				b.Fatal(err)
			}
			world.AdvanceTo(world.Now().Add(100 * time.Millisecond))
		}
		took, calls = world.Now().Sub(began), calls+1
	}
	return took, calls
}

func upsert(ctx context.Context, client *route53.Client, zone, name string) error {
	var changes []types.Change
	for region, weight := range map[failover.Region]int64{"us-east-1": 0, "us-west-2": 100} {
		changes = append(changes, types.Change{Action: types.ChangeActionUpsert, ResourceRecordSet: &types.ResourceRecordSet{
			Name: &name, Type: types.RRTypeA, SetIdentifier: aws.String(string(region)), Weight: &weight, TTL: aws.Int64(60),
			ResourceRecords: []types.ResourceRecord{{Value: aws.String("192.0.2.1")}},
		}})
	}
	_, err := client.ChangeResourceRecordSets(ctx, &route53.ChangeResourceRecordSetsInput{HostedZoneId: &zone, ChangeBatch: &types.ChangeBatch{Changes: changes}})
	return err
}
