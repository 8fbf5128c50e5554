package registry

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/drover-dr/drover/internal/failover"
)

// Deregister removes applications from the registry by their names, and returns those that were there. Their record sets and
// databases stay as they are. Deregistering again changes nothing.
//
// It returns a [LockedError] while a run holds the lock: that run may hold them. A run that starts meanwhile, and has written one
// of them since it was read, keeps it.
func (s *Store) Deregister(ctx context.Context, names []string, now time.Time) (removed []string, err error) {
	lock, err := s.Lock(ctx)
	if err != nil {
		return nil, err
	}
	if lock.Held(now) {
		return nil, fmt.Errorf("deregister: %w", &LockedError{Owner: lock.Owner, Run: lock.Run, Until: lock.Expires})
	}
	registered, err := s.Applications(ctx)
	if err != nil {
		return nil, err
	}
	for _, app := range registered {
		if !slices.Contains(names, app.Name) {
			continue
		}
		if err := s.drop(ctx, app); err != nil {
			return removed, failover.Doing("deregister", "application "+app.Name, err)
		}
		if !slices.Contains(removed, app.Name) {
			removed = append(removed, app.Name)
		}
	}
	return removed, nil
}

// drop removes one item; one that breaks the rules has nothing of a run's to lose.
func (s *Store) drop(ctx context.Context, app failover.Application) error {
	if app.Broken != "" {
		return s.removeBroken(ctx, app)
	}
	return s.remove(ctx, app)
}
