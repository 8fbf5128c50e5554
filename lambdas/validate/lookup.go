package validate

import (
	"context"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// readTimeout bounds each part of what is read, readBudget all of them together. In an outage whole services may not answer;
// what a failover can do without must not cost it the time of its users, nor the time that is left of the invocation's 17
// seconds for the lock, without which nothing moves at all.
const (
	readTimeout = 5 * time.Second
	readBudget  = 10 * time.Second
)

// lookup reads facts. It judges nothing: what a fact means for the run is for [judgement] to say.
type lookup struct {
	clients Handler
	*facts
}

// part is one of the things that are read, and what is judged of it.
type part struct {
	what  string
	read  func(*lookup, context.Context) error
	check func(*judgement)
}

// parts are all of them, in the order in which findings are listed.
func (q *question) parts() []part {
	return []part{
		{"the hosted zones", (*lookup).readZones, (*judgement).checkZones},
		{"the DNS records", (*lookup).readRecords, (*judgement).checkDNS},
		{"the databases of " + string(q.run.From), (*lookup).readSources, func(*judgement) {}},
		{"the databases", (*lookup).readDatabases, (*judgement).checkDatabases},
		{"the replication lag", (*lookup).readLag, (*judgement).checkLags},
		{"the health metrics", (*lookup).readHealth, (*judgement).checkHealth},
		{"the alarms", (*lookup).readAlarms, (*judgement).checkAlarms},
		{"the limit of concurrent executions", (*lookup).readConcurrency, (*judgement).checkConcurrency},
	}
}

// read reads one part after the other. When those before have used up the time of all, the rest is not waited for.
func (l *lookup) read(ctx context.Context, parts []part) error {
	ctx, cancel := context.WithTimeout(ctx, readBudget)
	defer cancel()
	for _, p := range parts {
		if err := l.readPart(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// readPart reads one part. What could not be read does not stop a failover, and is a finding of a check; a planned run is
// tried again when waiting may help.
func (l *lookup) readPart(ctx context.Context, p part) error {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	err := p.read(l, ctx)
	if err == nil {
		return nil
	}
	kept := l.clients.Kept
	unfinished := kept != nil && kept.goesOn(err) && (!l.outage() || l.readOnly())
	if unfinished || !l.outage() && !l.readOnly() && entry.ConditionOf(err).Temporary() {
		return failover.Doing("read", p.what, err)
	}
	if l.unread == nil {
		l.unread = map[string]error{}
	}
	l.unread[p.what] = err
	return nil
}

// readChanges reads what a phase that undoes another needs to know, and nothing else: what is not healthy is why the run
// goes back. What cannot be read is an error: a run that does not know what to undo must not report it as undone.
func (l *lookup) readChanges(ctx context.Context) (err error) {
	if l.sets, err = live.Records(ctx, l.clients.Route53, l.apps); err != nil {
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
