package dynamodb

import (
	"maps"
	"slices"
	"strconv"

	"github.com/drover-dr/drover/statemachine/fakeaws/dynamodb/expression"
)

// maxPageBytes is the most that a page of a Query or a Scan reads.
const maxPageBytes = 1 << 20

func (d *Service) query(r *replicaOf, p *itemParams) ([]byte, error) {
	if p.KeyConditionExpression == nil {
		return nil, invalidItem("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
	}
	keys, err := p.expressions.Key(*p.KeyConditionExpression)
	if err != nil {
		return nil, err
	}
	page, err := p.page("pk", "sk")
	if err != nil {
		return nil, err
	}
	order, err := r.replica.within(keys, p, reading{d.k.Now(), p.ConsistentRead})
	if err != nil {
		return nil, err
	}
	page.read(order)
	if err := d.admitRead(r, p, keys.PK, page.size); err != nil {
		return nil, err
	}
	return page.json(), nil
}

// scan reads the items of all partitions, in the order of their keys.
func (d *Service) scan(r *replicaOf, p *itemParams) ([]byte, error) {
	page, err := p.page()
	if err != nil {
		return nil, err
	}
	var start primaryKey
	if p.ExclusiveStartKey != nil {
		if start, err = keyOf(p.ExclusiveStartKey); err != nil {
			return nil, invalidItem("The provided starting key is invalid: %v", err)
		}
	}
	var order []*stored
	at := reading{d.k.Now(), p.ConsistentRead}
	for _, pk := range slices.Sorted(maps.Keys(r.replica.partitions)) {
		part := r.replica.partitions[pk]
		for _, sk := range part.keys(at) {
			if pk > start.pk || pk == start.pk && sk > start.sk {
				order = append(order, part.item(sk, at))
			}
		}
	}
	page.read(order)
	for _, pk := range slices.Sorted(maps.Keys(page.sizes)) {
		if err := d.admitRead(r, p, pk, page.sizes[pk]); err != nil {
			return nil, err
		}
	}
	return page.json(), nil
}

// page is the empty page of a request. keys are the attributes that its filter may not have.
func (p *itemParams) page(keys ...string) (*page, error) {
	holds, err := p.filter(keys...)
	if err != nil {
		return nil, err
	}
	project, err := p.projection()
	if err != nil {
		return nil, err
	}
	return &page{countOnly: p.Select == "COUNT", limit: p.Limit, holds: holds, project: project, sizes: map[string]int{}}, p.expressions.Unused()
}

// within returns the items of a key range in the order of a Query, beginning at its start key.
func (r *replica) within(keys expression.KeyRange, p *itemParams, at reading) ([]*stored, error) {
	forward := p.ScanIndexForward == nil || *p.ScanIndexForward
	from, hasFrom := "", p.ExclusiveStartKey != nil
	if hasFrom {
		start, err := keyOf(p.ExclusiveStartKey)
		switch {
		case err != nil:
			return nil, invalidItem("The provided starting key is invalid: %v", err)
		case start.pk != keys.PK:
			return nil, invalidItem("The provided starting key is outside query boundaries based on provided conditions")
		case !keys.Holds(start.sk):
			return nil, invalidItem("The provided starting key does not match the range key predicate")
		}
		from = start.sk
	}
	part := r.partitions[keys.PK]
	if part == nil {
		return nil, nil
	}
	var out []*stored
	for _, sk := range part.keys(at) {
		skip := hasFrom && ((forward && sk <= from) || (!forward && sk >= from))
		if !skip && keys.Holds(sk) {
			out = append(out, part.item(sk, at))
		}
	}
	if !forward {
		slices.Reverse(out)
	}
	return out, nil
}

// page is one page of the answer to a Query or a Scan. Its limits apply before the filter, so a page that is not the last
// may be empty.
type page struct {
	countOnly bool
	limit     int
	holds     expression.Condition
	project   func(expression.Item) expression.Item

	items                []byte
	count, scanned, size int
	// sizes is the size by partition key.
	sizes map[string]int
	last  primaryKey
	more  bool
}

// read reads items until the page is full.
func (q *page) read(order []*stored) {
	for _, stored := range order {
		if q.limit > 0 && q.scanned >= q.limit || q.size >= maxPageBytes {
			q.more = true
			return
		}
		q.add(stored)
	}
}

func (q *page) add(s *stored) {
	q.scanned++
	q.size += s.size
	q.last = primaryKey{s.attributes["pk"].(string), s.attributes["sk"].(string)}
	q.sizes[q.last.pk] += s.size
	if !q.holds(s.attributes) {
		return
	}
	q.count++
	if q.countOnly {
		return
	}
	if len(q.items) > 0 {
		q.items = append(q.items, ',')
	}
	if q.project == nil {
		q.items = append(q.items, s.json()...)
		return
	}
	q.items = expression.AppendItem(q.items, q.project(s.attributes))
}

func (q *page) json() []byte {
	b := append([]byte(`{"Count":`), strconv.Itoa(q.count)...)
	b = append(append(b, `,"ScannedCount":`...), strconv.Itoa(q.scanned)...)
	if !q.countOnly {
		b = append(append(append(b, `,"Items":[`...), q.items...), ']')
	}
	if q.more {
		b = expression.AppendItem(append(b, `,"LastEvaluatedKey":`...), q.last.item())
	}
	return append(b, '}')
}
