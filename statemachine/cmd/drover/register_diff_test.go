package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
)

// till is an application beside the shop.
const till = `  - name: till
    records:
      - {name: till.example.com, type: A, zone: Z1, zoneName: example.com, ttl: 60, endpoints: {us-east-1: {value: 192.0.2.3}, us-west-2: {value: 192.0.2.4}}}
    health:
      - {namespace: Till, metric: Served, statistic: Average, periodSeconds: 60, atLeast: 99}
`

func yamlFile(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "applications.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// ask registers a file as an operator at a terminal does, who answers.
func askRegister(t *testing.T, c *registerCommand, answer string) (out string, err error) {
	t.Helper()
	var stdout bytes.Buffer
	err = c.Run(environment{ctx: context.Background(), stdout: &stdout, stderr: &stdout, terminal: &stdout, stdin: strings.NewReader(answer), person: true})
	return stdout.String(), err
}

func TestRegisteringShowsTheDifferenceFirst(t *testing.T) {
	p := newPlant(t)
	p.must(p.declare("us-east-1", nil))
	p.must(p.declare(west, nil))
	p.settle()
	c := &registerCommand{File: yamlFile(t, shop), deployment: deployment{EndpointURL: p.url}}
	out, err := askRegister(t, c, "no\n")
	if err == nil || !strings.Contains(err.Error(), "nothing was changed") || !strings.HasPrefix(out, "add shop: wave 1, 1 record, 0 databases\n") {
		t.Errorf("%v, %q", err, out)
	}
	if apps, err := p.store.Applications(t.Context()); err != nil || len(apps) > 0 {
		t.Fatalf("registered %v %v without a yes", apps, err)
	}
	if out, err = askRegister(t, c, "yes\n"); err != nil || !strings.Contains(out, "added: shop\n") {
		t.Fatalf("%v, %q", err, out)
	}
	p.settle()
	c.File = yamlFile(t, strings.NewReplacer("ttl: 60", "ttl: 30", "atLeast: 99", "atMost: 5").Replace(shop))
	out, err = askRegister(t, c, "yes\n")
	for _, want := range []string{"change shop: health[0].atLeast: removed, it was 99\n", "change shop: health[0].atMost: added, 5\n", "change shop: records[0].ttl: 60 becomes 30\n", "changed: shop\n"} {
		if err != nil || !strings.Contains(out, want) {
			t.Errorf("%v, %q lacks %q", err, out, want)
		}
	}
	p.settle()
	if out, err = askRegister(t, c, ""); err != nil || out != "unchanged: shop\n" { // there is nothing to ask
		t.Errorf("%v, %q", err, out)
	}
}

func TestPruningDeregistersWhatIsNotInTheFile(t *testing.T) {
	p := newPlant(t)
	p.must(p.declare("us-east-1", nil))
	p.must(p.declare(west, nil))
	p.settle()
	register := func(text string, flags ...string) (int, string, string) {
		code, stdout, stderr := drover(t, t.Context(), append([]string{"register", yamlFile(t, text), "--endpoint-url", p.url}, flags...)...)
		p.settle()
		return code, stdout, stderr
	}
	if code, _, stderr := register(shop + till); code != exitOK {
		t.Fatal(stderr)
	}
	if code, stdout, stderr := register(shop); code != exitOK || stdout != "unchanged: shop\n" {
		t.Errorf("without --prune: exit code %d, %q, %q", code, stdout, stderr)
	}
	const gone = "remove till, active in us-east-1: no run moves it any more; its record sets stay as they are (till.example.com A)\n"
	if code, stdout, stderr := register(shop, "--prune"); code != exitUsage || stdout != gone || !strings.Contains(stderr, "--prune deregisters 1 application; without a terminal to ask at, add --yes. Nothing was changed") {
		t.Errorf("without a terminal: exit code %d, %q, %q", code, stdout, stderr)
	}
	run := failover.Run{ID: "run-1", ARN: "arn:aws:states:us-west-2:111122223333:execution:drover:run-1", Action: failover.Switchover, From: "us-east-1", To: west}
	if _, err := p.store.TakeLock(t.Context(), run, now(), now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	p.settle()
	if code, _, stderr := register(shop, "--prune", "--yes"); code != exitFailed || !strings.Contains(stderr, "run-1") {
		t.Errorf("while a run holds the lock: exit code %d, %q", code, stderr)
	}
	if apps, err := p.store.Applications(t.Context()); err != nil || len(apps) != 2 {
		t.Fatalf("%v %v; want both applications", apps, err)
	}
	p.must(p.store.ReleaseLock(t.Context(), run.ARN))
	p.settle()
	if code, stdout, stderr := register(shop, "--prune", "--yes"); code != exitOK || stdout != gone+"unchanged: shop\nremoved: till\n" {
		t.Errorf("exit code %d, %q, %q", code, stdout, stderr)
	}
	if apps, err := p.store.Applications(t.Context()); err != nil || len(apps) != 1 {
		t.Errorf("%v %v; want one application", apps, err)
	}
	if removed, err := p.store.Deregister(t.Context(), []string{"till"}, now()); err != nil || len(removed) > 0 {
		t.Errorf("again: %v %v", removed, err)
	}
}
