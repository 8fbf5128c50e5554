package registry

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry/rules"
)

// Applications returns all applications in the order of wave and name.
func (s *Store) Applications(ctx context.Context) ([]failover.Application, error) {
	return s.applications(ctx, "")
}

// Wave returns the applications of one wave in the order of their names; wave 0 is all of them.
func (s *Store) Wave(ctx context.Context, wave int) ([]failover.Application, error) {
	if wave == 0 {
		return s.Applications(ctx)
	}
	return s.applications(ctx, wavePrefix(wave))
}

func (s *Store) applications(ctx context.Context, prefix string) ([]failover.Application, error) {
	items, err := s.applicationItems(ctx, prefix)
	if err != nil {
		return nil, err
	}
	apps := make([]failover.Application, len(items))
	for i, it := range items {
		apps[i] = s.validated(it)
	}
	slices.SortStableFunc(apps, byWaveAndName)
	return apps, nil
}

// validated is an application as its item has it, if that keeps to the rules of the applications file: whoever may write the
// table may have written it. One that does not is broken, and keeps none of the others from being read.
func (s *Store) validated(it item) failover.Application {
	app, err := decodeApplication(it)
	wave, name := placeIn(it)
	switch {
	case err != nil:
		app.Broken = err.Error()
	case app.Name != name || app.Wave != wave:
		app.Broken = fmt.Sprintf("its configuration is that of application %q in wave %d; expected %q in wave %d, as its key says", app.Name, app.Wave, name, wave)
	default:
		app.Broken = strings.Join(rules.Check(s.Plan, app), "; ")
	}
	if app.Broken == "" {
		return app
	}
	return failover.Application{Name: name, Wave: wave, Shard: app.Shard, Broken: app.Broken}
}

// placeIn is the wave and the name in an item's sort key. A name that could not be one is quoted.
func placeIn(it item) (wave int, name string) {
	sk := (&reader{item: it}).text("sk")
	number, name, _ := strings.Cut(sk, "#")
	wave, err := strconv.Atoi(number)
	if err != nil || wavePrefix(wave)+name != sk {
		wave, name = 0, sk
	}
	if rules.ApplicationName(name) != "" {
		name = strconv.QuoteToASCII(name)
		name = name[:min(len(name), maxQuoted)]
	}
	return wave, name
}

// maxQuoted bounds a name that could not be one.
const maxQuoted = 80

// The two ways in which a run writes an application. The first write of a run keeps what it has found, in the same
// request that changes it, for a rollback to restore; none of its later ones touches that.
const (
	firstOfRun   = "attribute_exists(pk) AND epoch < :epoch"
	keepBefore   = ", beforeActive = active, beforeWeights = weights"
	writeBefore  = ", beforeActive = :beforeActive, beforeWeights = :beforeWeights"
	writePlace   = ", active = :beforeActive, weights = :beforeWeights"
	sameRun      = "attribute_exists(pk) AND epoch = :epoch"
	laterOfRun   = sameRun + " AND (stage < :stage OR (stage = :stage AND (active <> :active OR weights <> :weights)))"
	writeLive    = "SET active = :active, weights = :weights, epoch = :epoch, stage = :stage, changed = :changed, itemFormat = :itemFormat"
	notePromoted = "SET promoted = :promoted, lags = :lags, epoch = :epoch, stage = :stage, changed = :changed, itemFormat = :itemFormat"
)

// SetLive writes what a run has made of an application, only forward: over what an older epoch wrote, or an earlier
// stage of the same epoch. What is there already, or was written by a later stage of this run, stays, and changed is
// false; so writing again changes nothing. Promoted is kept by the registry, and not taken from live. So is Before,
// unless live has one: then the run has found the application in the other Region than the registry says. It returns
// [ErrOvertaken] when a newer epoch has written the application, and [ErrNotRegistered] when it is not there.
func (s *Store) SetLive(ctx context.Context, app failover.Application, live failover.Live) (changed bool, err error) {
	keep, values := before(live)
	changed, there, err := s.update(ctx, app, writeLive+keep+" REMOVE promoted, lags", firstOfRun, values)
	if err != nil || changed || there.Epoch > live.Epoch {
		return changed, overtaken(app, live.Epoch, there, err)
	}
	changed, there, err = s.update(ctx, app, writeLive, laterOfRun, liveValues(live))
	return changed, overtaken(app, live.Epoch, there, err)
}

// Promoting notes that a run is about to ask for the promotion of these global clusters of an application. The note is
// there before the promotion can be, so that a rollback misses none. Of live only Epoch, Stage and Changed count, and
// Before: where the run has found the application if not where the registry says, which the note puts right; and Lags, the
// replication lags that were measured before the promotions. Noting again changes nothing. The errors are those of [Store.SetLive].
func (s *Store) Promoting(ctx context.Context, app failover.Application, live failover.Live, globalClusters []string) error {
	all := slices.Clone(globalClusters)
	if app.Live.Epoch == live.Epoch {
		all = slices.Concat(app.Live.Promoted, all)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	if app.Live.Epoch == live.Epoch && slices.Equal(all, app.Live.Promoted) {
		return nil
	}
	keep, values := before(live)
	delete(values, ":active")
	delete(values, ":weights")
	lags := maps.Clone(live.Lags)
	if app.Live.Epoch == live.Epoch && len(app.Live.Lags) > 0 {
		lags = maps.Clone(app.Live.Lags)
		maps.Copy(lags, live.Lags)
	}
	values[":promoted"], values[":lags"] = list(all), numbersMap(lags)
	if live.Before != nil {
		keep += writePlace
	}
	changed, there, err := s.update(ctx, app, notePromoted+keep, firstOfRun, values)
	if err != nil || changed || there.Epoch > live.Epoch {
		return overtaken(app, live.Epoch, there, err)
	}
	delete(values, ":beforeActive")
	delete(values, ":beforeWeights")
	_, there, err = s.update(ctx, app, notePromoted, sameRun+" AND stage <= :stage", values)
	return overtaken(app, live.Epoch, there, err)
}

// before is how the first write of a run keeps what was there, and the values of the whole write: what the registry says,
// or what the run has found instead.
func before(live failover.Live) (keep string, values item) {
	values = liveValues(live)
	if live.Before == nil {
		return keepBefore, values
	}
	values[":beforeActive"], values[":beforeWeights"] = text(string(live.Before.Active)), weightsMap(live.Before.Weights)
	return writeBefore, values
}

// update changes an application under a condition. When that is not met, changed is false and there is what is there.
func (s *Store) update(ctx context.Context, app failover.Application, expression, condition string, values item) (changed bool, there failover.Live, err error) {
	_, err = s.Client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                           &s.Table,
		Key:                                 applicationKey(app),
		UpdateExpression:                    &expression,
		ConditionExpression:                 &condition,
		ExpressionAttributeValues:           values,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	if err == nil {
		return true, there, nil
	}
	old, refused := refusedBy(err)
	if !refused {
		return false, there, failover.Doing("write", "application "+app.Name, err)
	}
	if len(old) == 0 {
		return false, there, failover.Doing("write", fmt.Sprintf("application %s of wave %d", app.Name, app.Wave), ErrNotRegistered)
	}
	found, err := decodeApplication(old)
	return false, found.Live, err
}

// overtaken adds to the error of a write that a newer run was there before it.
func overtaken(app failover.Application, epoch int64, there failover.Live, err error) error {
	if err == nil && there.Epoch > epoch {
		return failover.Doing("write", fmt.Sprintf("application %s with epoch %d: epoch %d is there", app.Name, epoch, there.Epoch), ErrOvertaken)
	}
	return err
}

func wavePrefix(wave int) string { return fmt.Sprintf("%03d#", wave) }

func applicationKey(app failover.Application) item {
	return key(partitionOf(app.Shard), wavePrefix(app.Wave)+app.Name)
}

func encodeApplication(app failover.Application) (item, error) {
	out, err := encodeConfig(app)
	if err != nil {
		return nil, err
	}
	it := applicationKey(app)
	it["config"] = text(out)
	for name, value := range liveValues(app.Live) {
		it[name[1:]] = value
	}
	if before := app.Live.Before; before != nil {
		it["beforeActive"], it["beforeWeights"] = text(string(before.Active)), weightsMap(before.Weights)
	}
	if len(app.Live.Promoted) > 0 {
		it["promoted"], it["lags"] = list(app.Live.Promoted), numbersMap(app.Live.Lags)
	}
	return it, nil
}

// liveValues are the attributes that runs change, each with the colon that its name has as a value of an expression.
func liveValues(live failover.Live) item {
	return item{
		":active":  text(string(live.Active)),
		":weights": weightsMap(live.Weights),
		":epoch":   number(live.Epoch),
		":stage":   number(int64(live.Stage)),
		":changed": text(formatTime(live.Changed)),

		":itemFormat": thisFormat(),
	}
}

func weightsMap(weights map[failover.Region]int) types.AttributeValue {
	m := make(map[string]types.AttributeValue, len(weights))
	for region, weight := range weights {
		m[string(region)] = number(int64(weight))
	}
	return &types.AttributeValueMemberM{Value: m}
}

func numbersMap(numbers map[string]int64) types.AttributeValue {
	m := make(map[string]types.AttributeValue, len(numbers))
	for name, n := range numbers {
		m[name] = number(n)
	}
	return &types.AttributeValueMemberM{Value: m}
}

func decodeApplication(it item) (failover.Application, error) {
	r := &reader{item: it}
	r.format()
	app := configIn(r)
	app.Shard = shardIn(r.text("pk"))
	app.Live = failover.Live{
		Active:  failover.Region(r.text("active")),
		Weights: r.weights("weights"),
		Epoch:   r.epoch(),
		Stage:   int(r.number("stage")),
		Changed: r.time("changed"),
	}
	if r.has("beforeActive") {
		app.Live.Before = &failover.Place{Active: failover.Region(r.text("beforeActive")), Weights: r.weights("beforeWeights")}
	}
	if r.has("promoted") {
		app.Live.Promoted = r.texts("promoted")
	}
	if r.has("lags") {
		if lags := r.numbers("lags"); len(lags) > 0 {
			app.Live.Lags = lags
		}
	}
	return app, errors.Join(r.err)
}

func (r *reader) weights(name string) map[failover.Region]int {
	weights := map[failover.Region]int{}
	for region, weight := range r.numbers(name) {
		weights[failover.Region(region)] = int(weight)
	}
	return weights
}
