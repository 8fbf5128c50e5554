package contract_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go"

	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

var (
	show    = flag.Bool("print", false, "print the verdicts as lines")
	onAWS   = flag.Bool("aws", false, "ask the account of the AWS credentials instead of the simulator")
	primary = flag.String("primary", fakeawstest.East, "with -aws: one Region")
	standby = flag.String("standby", fakeawstest.West, "with -aws: another Region, in which the resources below are")
	zone    = flag.String("zone", "", "with -aws: the id of a hosted zone in which record sets may be made")
	table   = flag.String("table", "", "with -aws: a global table with the keys pk and sk in which items may be made")
	topic   = flag.String("topic", "", "with -aws: the ARN of a topic to which messages may be published")
	machine = flag.String("machine", "", "with -aws: the ARN of a state machine of which executions may be started with the input {}")
	metric  = flag.Bool("metrics", false, "with -aws: whether metrics may be published in the namespace DroverContract")
)

// account is where a program asks.
type account struct {
	ctx context.Context
	// primary and standby are two Regions; the named resources are in the standby one.
	primary, standby string
	// zone, table, topic and machine may be written to. What is empty may not.
	zone, table, topic, machine string
	// metrics says whether metrics may be published.
	metrics bool
	// world is the simulator, nil for AWS.
	world *fakeaws.World
	url   string
}

// simulator is an account of the simulator, with one resource of every kind.
func simulator(t *testing.T) *account {
	t.Helper()
	w := fakeawstest.Furnished(t)
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	return &account{
		ctx: t.Context(), primary: fakeawstest.East, standby: fakeawstest.West, zone: fakeawstest.Zone, table: "registry",
		topic: fakeawstest.FurnishedTopic, machine: fakeawstest.FurnishedMachine, metrics: true, world: w, url: server.URL,
	}
}

// config is the configuration of a client in a Region.
func (a *account) config(region string) aws.Config {
	if a.world != nil {
		return fakeawstest.Served{World: a.world, URL: a.url}.Config(region, fakeaws.Administrator)
	}
	cfg, err := config.LoadDefaultConfig(a.ctx, config.WithRegion(region))
	if err != nil {
		panic("load the AWS configuration: " + err.Error()) // a profile that cannot be read; nothing can be asked
	}
	return cfg
}

// now is the time of the account.
func (a *account) now() time.Time {
	if a.world != nil {
		return a.world.Now()
	}
	return time.Now()
}

// until waits for a condition, and returns how long it took; done is false when the time is over.
func (a *account) until(limit, every time.Duration, condition func() bool) (took time.Duration, done bool) {
	start := a.now()
	for {
		if took = a.now().Sub(start); condition() {
			return took, true
		}
		if took >= limit {
			return took, false
		}
		if a.world == nil {
			time.Sleep(every)
			continue
		}
		a.world.AdvanceTo(a.now().Add(every))
	}
}

// verdict is what a program says.
type verdict struct{ word, detail string }

const (
	isConfirmed = "confirmed"
	isRefuted   = "refuted"
	isUnknown   = "cannot know"
)

func confirmed(format string, args ...any) verdict {
	return verdict{isConfirmed, fmt.Sprintf(format, args...)}
}

func refuted(format string, args ...any) verdict {
	return verdict{isRefuted, fmt.Sprintf(format, args...)}
}

func cannotKnow(format string, args ...any) verdict {
	return verdict{isUnknown, fmt.Sprintf(format, args...)}
}

// expect is confirmed when something is as assumed, and refuted otherwise.
func expect(ok bool, format string, args ...any) verdict {
	if ok {
		return confirmed(format, args...)
	}
	return refuted(format, args...)
}

// codeOf is the code of an AWS error, the text of another one, and empty for none.
func codeOf(err error) string {
	var api smithy.APIError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &api):
		return api.ErrorCode()
	}
	return err.Error()
}

// program asks for one assumption.
type program struct {
	// how says in one sentence how it asks.
	how string
	ask func(a *account) verdict
}

var programs = map[string]program{}

// ask adds the program of an assumption.
func ask(number, how string, f func(a *account) verdict) bool {
	programs[number] = program{how, f}
	return true
}

// TestContract asks for every assumption that can be asked. In the simulator, none may be refuted: it does what it says.
func TestContract(t *testing.T) {
	counts := map[string]int{}
	for _, number := range slices.SortedFunc(maps.Keys(programs), byNumber) {
		t.Run(number, func(t *testing.T) {
			a := simulator(t)
			if *onAWS {
				a = &account{ctx: context.Background(), primary: *primary, standby: *standby, zone: *zone, table: *table, topic: *topic, machine: *machine, metrics: *metric}
			}
			v := programs[number].ask(a)
			counts[v.word]++
			t.Logf("%s %s: %s", number, v.word, v.detail)
			if *show {
				fmt.Printf("%-7s %-11s %s\n", number, v.word, v.detail)
			}
			if v.word == isRefuted && !*onAWS {
				t.Errorf("the simulator does otherwise than %s of docs/fidelity.md says", number)
			}
		})
	}
	summary := fmt.Sprintf("%d confirmed, %d refuted, %d cannot know; %d assumptions cannot be asked (docs/fidelity.md says why)",
		counts[isConfirmed], counts[isRefuted], counts[isUnknown], len(unasked))
	if t.Log(summary); *show {
		fmt.Println(summary)
	}
}
