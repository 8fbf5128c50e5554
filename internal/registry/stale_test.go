package registry_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/plainbody"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/internal/registry/registrytest"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// TestEveryReadSeesTheWriteBeforeIt although DynamoDB may answer a read that is not consistent with the item as it was before: a run
// that writes back what it has read must not undo what the step before has written.
func TestEveryReadSeesTheWriteBeforeIt(t *testing.T) {
	const east, west = "us-east-1", "us-west-2"
	noon := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	world := fakeaws.New("111122223333", noon, east, west)
	if err := world.AddTable("drover", east, west); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(world)
	t.Cleanup(server.Close)
	s := &registry.Store{Table: "drover", Plan: failover.DefaultPlan(), Client: &registrytest.Stale{Client: dynamodb.New(dynamodb.Options{
		Region: west, BaseEndpoint: &server.URL, HTTPClient: plainbody.New(), Credentials: credentials.NewStaticCredentialsProvider(fakeaws.Administrator, "secret", ""),
	})}}
	ctx := t.Context()
	run := failover.Run{ID: "run-1", ARN: "arn:run-1", From: east, To: west, StartedAt: noon}
	for name, c := range map[string]struct {
		write func() error
		seen  func() (bool, error)
	}{
		"the lock": {
			func() error { _, err := s.TakeLock(ctx, run, noon, noon); return err },
			func() (bool, error) { lock, err := s.Lock(ctx); return lock.Owner == run.ARN, err },
		},
		"a switch": {
			func() error {
				_, err := s.WriteSwitch(ctx, "default", registry.SwitchState{Evacuated: east, Epoch: 1, Run: "run-1", At: noon})
				return err
			},
			func() (bool, error) { state, err := s.Switch(ctx, "default"); return state.Evacuated == east, err },
		},
		"all switches": {
			func() error {
				_, err := s.WriteSwitch(ctx, "metric", registry.SwitchState{Evacuated: west, Epoch: 1, Run: "run-1", At: noon})
				return err
			},
			func() (bool, error) { all, err := s.Switches(ctx); return all["metric"].Evacuated == west, err },
		},
		"an approval": {
			func() error {
				return s.PutApproval(ctx, registry.Approval{Run: "run-1", Region: west, Token: "token-1"})
			},
			func() (bool, error) { a, err := s.Approval(ctx, "run-1", west); return a.Token == "token-1", err },
		},
		"who started a run": {
			func() error { return s.PutStarter(ctx, "run-1", west, []byte(`{}`), "alice") },
			func() (bool, error) {
				by, err := s.Starter(ctx, "run-1", west, []byte(`{}`))
				return by == "alice", err
			},
		},
		"an application": {
			func() error {
				_, err := s.Register(ctx, s.Plan, []failover.Application{registrytest.Filled(failover.Application{Name: "shop", Wave: 1})}, noon)
				return err
			},
			func() (bool, error) { apps, err := s.Wave(ctx, 1); return len(apps) == 1, err },
		},
		"a run": {
			func() error {
				return s.PutRun(ctx, registry.RunRecord{Run: run, Outcome: failover.Completed, ClosedAt: noon})
			},
			func() (bool, error) { runs, err := s.Runs(ctx, 5); return len(runs) == 1, err },
		},
		"a release": {
			func() error {
				return s.PublishRelease(ctx, registry.Release{Region: west, Version: "1", Format: failover.Format, Since: noon})
			},
			func() (bool, error) { all, err := s.Releases(ctx); return len(all) == 1, err },
		},
	} {
		if err := c.write(); err != nil {
			t.Errorf("%s: write: %v", name, err)
			continue
		}
		if seen, err := c.seen(); err != nil || !seen {
			t.Errorf("%s: the read after the write does not see it (%v)", name, err)
		}
	}
}
