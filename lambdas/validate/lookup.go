package validate

import (
	"context"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// readTimeout limits the reading of each part, readBudget that of all parts together. In an outage whole services may not
// answer. A failover must not lose time with parts that it can do without: of the invocation's 17 seconds, enough must be left
// to take the lock.
const (
	readTimeout = 5 * time.Second
	readBudget  = 10 * time.Second
)

// lookup reads facts. It judges nothing: [judgement] decides what a fact means for the run.
type lookup struct {
	clients Handler
	*facts
}

// part is one part of the facts: how it is read, and how it is judged.
type part struct {
	what string
	// controlPlane says that it needs that of Route 53.
	controlPlane bool
	read         func(*lookup, context.Context) error
	check        func(*judgement)
	// advises says that all of its findings are warnings: no run is refused because it could not be read.
	advises bool
}

// parts are all of them, in the order in which findings are listed.
func (q *question) parts() []part {
	return []part{
		{"the hosted zones", true, (*lookup).readZones, (*judgement).checkZones, false},
		{"the DNS records", true, (*lookup).readRecords, (*judgement).checkDNS, false},
		{"the health checks of switches", true, (*lookup).readHealthChecks, (*judgement).checkHealthChecks, false},
		{"the databases of " + string(q.run.From), false, (*lookup).readSources, func(*judgement) {}, false},
		{"the databases", false, (*lookup).readDatabases, (*judgement).checkDatabases, false},
		{"the replication lag", false, (*lookup).readLag, (*judgement).checkLags, false},
		{"the health metrics", false, (*lookup).readHealth, (*judgement).checkHealth, false},
		{"the alarms", false, (*lookup).readAlarms, (*judgement).checkAlarms, false},
		{what: "the limit of concurrent executions", read: (*lookup).readConcurrency, check: (*judgement).checkConcurrency, advises: true},
	}
}

// read reads one part after the other. When the time of all is used up, it does not wait for the others.
func (l *lookup) read(ctx context.Context, parts []part) error {
	ctx, cancel := context.WithTimeout(ctx, readBudget)
	defer cancel()
	var gone error
	for _, p := range parts {
		if p.controlPlane && gone != nil {
			l.notAsked = append(l.notAsked, p.what) // a check must answer in time too, and every call would wait in vain
			continue
		}
		if err := l.readPart(ctx, p); err != nil {
			return err
		}
		if err := l.unread[p.what]; p.controlPlane && err != nil && entry.ConditionOf(err) == failover.Unreachable {
			gone = err
		}
	}
	return nil
}

// readPart reads one part. A part that could not be read does not stop a failover, and is a finding of a check. A planned run
// fails with an error if a retry may help, unless the part is one that only advises.
func (l *lookup) readPart(ctx context.Context, p part) error {
	ctx, cancel := context.WithTimeout(ctx, l.timeOf(p))
	defer cancel()
	err := p.read(l, ctx)
	if err == nil {
		return nil
	}
	kept := l.clients.Kept
	unfinished := kept != nil && kept.goesOn(err) && (!l.outage() || l.readOnly())
	if unfinished || !p.advises && !l.outage() && !l.readOnly() && entry.ConditionOf(err).Temporary() {
		return failover.Doing("read", p.what, err)
	}
	if l.unread == nil {
		l.unread = map[string]error{}
	}
	l.unread[p.what] = err
	return nil
}

// timeOf bounds a part. A part that needs the Route 53 control plane has less time in a failover whose users do not need it.
func (l *lookup) timeOf(p part) time.Duration {
	if p.controlPlane && l.leavesBySwitch() {
		return switchedTimeout
	}
	return readTimeout
}

// leavesBySwitch says whether the run is a failover that moves all of its users by switches, without the Route 53 control plane.
func (l *lookup) leavesBySwitch() bool { return l.outage() && !l.finishes() && l.switched() }

// readChanges reads only what a rollback or return-rollback needs; health is not read, because the run already moves back.
// Anything that cannot be read is an error: a run that does not know what to undo must not report it as undone.
func (l *lookup) readChanges(ctx context.Context) (err error) {
	if l.sets, err = live.Records(ctx, l.clients.Route53, l.apps); err != nil {
		return err
	}
	if err = l.readResets(ctx); err != nil {
		return err
	}
	var promoted []failover.Application
	for _, app := range l.apps {
		if app.Databases = l.run.Databases(app); app.HasDatabase() {
			promoted = append(promoted, app)
		}
	}
	l.clusters, err = live.Databases(ctx, l.clients.RDS(l.run.To), promoted)
	l.clustersRead = err == nil
	return err
}
