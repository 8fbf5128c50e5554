package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"

	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/drills"
	"github.com/drover-dr/drover/statemachine/scenario"
)

// serve keeps the AWS simulator up until Ctrl-C, with exit code 0.
func (c *drillCommand) serve(env environment) error {
	scenario, err := c.staged()
	if err != nil {
		return usageError{err}
	}
	deployed, err := c.read()
	if err != nil {
		return usageError{err}
	}
	speed := 1.0
	if c.Speed != nil {
		speed = *c.Speed
	}
	listener, err := listen(c.Serve)
	if err != nil {
		return usageError{err}
	}
	out := screen(env.terminal)
	return drill.Serve(env.ctx, scenario, drill.ServeOptions{
		Options:  drill.Options{Assembly: deployed, Lambdas: c.lambdas(), Out: out},
		Listener: listener, Host: hostOf(c.Serve), Speed: speed,
		Ready: func(s drill.Stage) { welcome(env.stdout, s, scenario) },
	})
}

// checkServe rejects flags that would be ignored.
func (c *drillCommand) checkServe() error {
	switch {
	case c.Serve == "" && c.Speed != nil:
		return errors.New("--speed needs --serve: a drill without it takes no real time to wait")
	case c.Serve != "" && c.Out != "":
		return fmt.Errorf("--out %s cannot be combined with --serve, which writes no report", c.Out)
	case c.Speed != nil && !(*c.Speed > 0 && *c.Speed <= maxSpeed): // nothing is true of NaN
		return fmt.Errorf("--speed %v; expected more than 0 and at most %d", *c.Speed, maxSpeed)
	}
	return nil
}

// maxSpeed bounds the speed: the functions take real time, and the clock goes on while they run.
const maxSpeed = 1000

// staged is the scenario to play while the simulator is served: the one that was named, or one without events.
func (c *drillCommand) staged() (*scenario.Scenario, error) {
	if c.Scenario == "" {
		s, err := drills.Load(drills.Default)
		if err != nil {
			return nil, err
		}
		return c.using(s.Healthy())
	}
	return c.load()
}

// listen opens the address, which must be on the loopback: the simulator checks no signatures.
func listen(address string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("--serve %s; expected an address and a port, such as 127.0.0.1:4599", address)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("--serve %s: other machines can reach it, and the AWS simulator checks no signatures; expected a loopback address, such as 127.0.0.1:4599", address)
	}
	listener, err := net.Listen("tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("--serve %s: the port is in use; stop the program that listens there, or choose another port", address)
	}
	if err != nil {
		return nil, fmt.Errorf("--serve %s: %w", address, err)
	}
	return listener, nil
}

// hostOf is the host of an address that [listen] has accepted.
func hostOf(address string) string {
	host, _, _ := net.SplitHostPort(address)
	return host
}

// welcome prints what is served and what to type.
func welcome(w io.Writer, s drill.Stage, scenario *scenario.Scenario) {
	state := "both Regions are healthy"
	if len(scenario.Timeline)+len(scenario.Refusals) > 0 {
		state = scenario.Name + " is played: " + scenario.Title
	}
	var names []string
	zone, name := "", ""
	for _, app := range s.Applications {
		names = append(names, app.Name)
		zone, name = app.Records[0].Zone, app.Records[0].Name
	}
	host, port, _ := net.SplitHostPort(s.NameServer) // an address that is being listened on
	fmt.Fprintf(w, "The AWS simulator is up at %s: %s and %s, account %s; %s.\nPlan %s moves %s. Ctrl-C ends it.\n",
		s.URL, s.Plan.Primary, s.Plan.Standby, s.Account, state, s.Plan.Name, prose.Some(names, 5, ", "))
	fmt.Fprintf(w, `
Set this in another shell:
  export AWS_ENDPOINT_URL=%s
  export AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=%s
  export AWS_REGION=%s AWS_DEFAULT_REGION=%[4]s AWS_EC2_METADATA_DISABLED=true AWS_PAGER=
An aws command line older than 2.13 or 1.29 also needs --endpoint-url $AWS_ENDPOINT_URL.

Try:
  drover status
  drover start switchover --watch
  aws stepfunctions start-execution --name first --input '{"action": "check"}' \
    --state-machine-arn %[5]s
  aws stepfunctions list-executions --state-machine-arn %[5]s
  aws route53 list-resource-record-sets --hosted-zone-id %[6]s
  dig @%[8]s -p %[9]s %[10]s
  aws rds describe-global-clusters
  aws s3 ls s3://%[7]s/runs/
`, s.URL, s.AccessKey, s.SecretKey, s.Plan.Standby, s.StateMachine, zone, s.Bucket, host, port, name)
	if s.API != "" {
		fmt.Fprintf(w, "  curl -s --aws-sigv4 aws:amz:%s:execute-api --user $AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY %s/runs\n", s.Plan.Standby, s.API)
	}
	fmt.Fprintf(w, `
Apply any event of a scenario's timeline, and show the state:
  curl --json '{"regionDark": "%s"}' %s%[3]s/faults
  curl --json '{"regionBack": "%[1]s"}' %[2]s%[3]s/faults
  curl -H 'Content-Type: application/yaml' -d 'apiFault: {service: rds, code: ServiceUnavailable, status: 503, for: 2m}' %[2]s%[3]s/faults
  curl -X DELETE %[2]s%[3]s/faults
  curl %[2]s%[3]s

`, s.Plan.Primary, s.URL, drill.Control)
}
