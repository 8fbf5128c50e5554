package validate

import (
	"context"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// readLag reads the replication lag of the databases that will be promoted, and that of the registry.
func (l *lookup) readLag(ctx context.Context) error {
	var behind []failover.Application
	for _, app := range l.apps {
		if l.mustPromote(app) {
			app.Databases = l.run.Databases(app)
			behind = append(behind, app)
		}
	}
	lags, err := live.Lag(ctx, l.clients.CloudWatch(l.run.To), behind, l.run.To, l.req.Now)
	if err != nil {
		return err
	}
	l.lags = lags
	latency, known, err := live.TableLatency(ctx, l.clients.CloudWatch(l.run.To), l.Table, l.run.From, l.req.Now)
	if err == nil && known {
		l.latency = &latency
	}
	return err
}

func (l *lookup) readHealth(ctx context.Context) (err error) {
	l.readings, err = live.Health(ctx, l.clients.CloudWatch, l.apps, l.run.To, l.req.Now, l.readsRule)
	return err
}

func (l *lookup) readAlarms(ctx context.Context) error {
	states, err := live.Alarms(ctx, l.clients.CloudWatch(l.run.To), l.apps)
	if err == nil {
		l.alarms = states
	}
	return err
}

func (l *lookup) readConcurrency(ctx context.Context) error {
	if l.clients.Concurrency == nil {
		return nil
	}
	c, err := l.clients.Concurrency(ctx, l.run.To)
	if err == nil {
		l.concurrency = &c
	}
	return err
}
