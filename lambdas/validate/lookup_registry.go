package validate

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
)

// readRegistry reads the applications, the lock, and the execution of the lock's holder.
func (l *lookup) readRegistry(ctx context.Context) error {
	all, err := l.clients.Registry.Applications(ctx)
	if err != nil {
		return failover.Doing("read", "the registry", err)
	}
	if l.lock, err = l.clients.Registry.Lock(ctx); err != nil {
		return failover.Doing("read", "the registry", err)
	}
	l.choose(l.lock.Believed(all))
	l.readHolder(ctx)
	return nil
}

// knownRuns is how many of the latest runs are read.
const knownRuns = 50

// readRuns reads the latest runs, once.
func (l *lookup) readRuns(ctx context.Context) error {
	if l.runs != nil {
		return nil
	}
	runs, err := l.clients.Registry.Runs(ctx, knownRuns)
	if err != nil {
		return failover.Doing("read", "the registry", err)
	}
	l.runs = append([]registry.RunRecord{}, runs...)
	return nil
}

// readStarter reads the signer of the API request that started the run. Any input can claim a signer; only the API may write
// the signer into the registry. If it cannot be read, it is unknown.
func (l *lookup) readStarter(ctx context.Context) {
	if l.run.Phase != failover.Outbound || !strings.HasPrefix(l.run.RequestedBy, "arn:") {
		return
	}
	input, err := json.Marshal(l.input)
	if err != nil {
		return
	}
	bounded, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	by, err := l.clients.Registry.Starter(bounded, l.run.ID, l.Region, input)
	if err == nil && by != "" {
		l.run.Starter = &failover.Starter{By: by, How: failover.APISigner}
	}
}
