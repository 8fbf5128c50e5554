package dynamodb

import (
	"cmp"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws/dynamodb/expression"
	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// Metrics is where DynamoDB publishes how long replication takes.
type Metrics interface {
	Put(region, namespace, name string, dims map[string]string, value float64)
}

// Service holds the global tables.
type Service struct {
	k       *kernel.Kernel
	metrics Metrics
	tables  map[string]*table
	// lag is how long a write takes to reach the other replicas (DDB-1).
	lag time.Duration
	// cut holds the pairs of Regions, in alphabetical order, between which nothing is replicated.
	cut      map[[2]string]bool
	arrivals arrivals
	// versions count the writes of each item that have reached a replica.
	versions map[place]version
	// held are the deliveries that a dark Region or a disconnected link keeps back, in the order of writing.
	held []delivery
}

// New returns a DynamoDB without tables.
func New(k *kernel.Kernel, metrics Metrics) *Service {
	d := &Service{k: k, metrics: metrics, tables: map[string]*table{}, cut: map[[2]string]bool{}, versions: map[place]version{}, lag: 800 * time.Millisecond}
	k.OnRegion(d.regionChanged)
	k.OnLink(d.linkChanged)
	return d
}

// Control is what drills and tests do to DynamoDB and see of it. Its methods take the kernel's mutex.
type Control struct{ s *Service }

// Control returns the control surface.
func (d *Service) Control() Control { return Control{d} }

// AddTable adds a global table with a replica in each of the given Regions. Its key is pk and sk, both strings (DDB-5).
func (ctl Control) AddTable(name string, regions ...string) error {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	if ctl.s.tables[name] != nil {
		return fmt.Errorf("add table %s: it exists", name)
	}
	t := &table{name: name, replicas: map[string]*replica{}}
	for _, region := range regions {
		if err := ctl.s.k.CheckRegion(region); err != nil {
			return fmt.Errorf("add table %s: %w", name, err)
		}
		t.replicas[region] = &replica{partitions: map[string]*partition{}, capacity: map[string]*capacity{}}
	}
	ctl.s.tables[name] = t
	return nil
}

// Items returns everything that a table's replica holds, by key, as plain JSON values; nil when there is no such
// replica.
func (ctl Control) Items(tableName, region string) []map[string]any {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	t := ctl.s.tables[tableName]
	if t == nil || t.replicas[region] == nil {
		return nil
	}
	var out []map[string]any
	replica := t.replicas[region]
	for _, pk := range slices.Sorted(maps.Keys(replica.partitions)) {
		for _, sk := range replica.partitions[pk].order {
			out = append(out, expression.Plain(replica.partitions[pk].items[sk].attributes).(map[string]any))
		}
	}
	return out
}

var operations = map[string]func(*Service, *replicaOf, *itemParams) ([]byte, error){
	"GetItem":    (*Service).getItem,
	"PutItem":    (*Service).putItem,
	"UpdateItem": (*Service).updateItem,
	"DeleteItem": (*Service).deleteItem,
	"Query":      (*Service).query,
	"Scan":       (*Service).scan,
}

// Permissions are what IAM must allow for a request.
func (d *Service) Permissions(req *wire.Request) []wire.Permission {
	p := req.Params.(*itemParams)
	permission := wire.Permission{
		Action:   "dynamodb:" + req.Operation,
		Resource: d.k.ARN("dynamodb", req.Region, "table/"+tableName(p.TableName)),
		Context:  map[string][]string{},
	}
	for _, values := range []map[string]map[string]any{p.Key, p.Item} {
		if pk, ok := values["pk"]["S"].(string); ok {
			permission.Context["dynamodb:leadingkeys"] = []string{pk}
		}
	}
	switch {
	case req.Operation == "ListTables":
		permission.Resource = "*"
	case p.leading != nil:
		permission.Context["dynamodb:leadingkeys"] = p.leading
	}
	return []wire.Permission{permission}
}

// Serve performs a request.
func (d *Service) Serve(req *wire.Request) (*wire.Response, *wire.Error) {
	p := req.Params.(*itemParams)
	if req.Operation == "ListTables" {
		return d.response(req, http.StatusOK, d.listTables(req.Region, p)), nil
	}
	t, err := d.tableOf(req.Region, p.TableName)
	if err != nil {
		return nil, err
	}
	r := &replicaOf{table: t, replica: t.replicas[req.Region], region: req.Region}
	body, failed := operations[req.Operation](d, r, p)
	if failed != nil {
		return nil, wireError(failed)
	}
	return d.response(req, http.StatusOK, r.consumed.in(body, t.name, p.ReturnConsumedCapacity)), nil
}

// tableOf is the table with a name or an ARN that has a replica in a Region.
func (d *Service) tableOf(region, nameOrARN string) (*table, *wire.Error) {
	if t := d.tables[nameOrARN]; t != nil && t.replicas[region] != nil {
		return t, nil
	}
	name := tableName(nameOrARN)
	switch isARN := strings.HasPrefix(nameOrARN, "arn:"); {
	case isARN && nameOrARN != d.k.ARN("dynamodb", region, "table/"+name):
		return nil, wire.BadRequest("ValidationException", "The table %s is not of this account and %s", nameOrARN, region)
	case !isARN && !nameOfTable.MatchString(nameOrARN):
		return nil, wire.BadRequest("ValidationException", "1 validation error detected: Value '%s' at 'tableName' failed to satisfy constraint: "+
			"Member must satisfy regular expression pattern: %v", nameOrARN, nameOfTable)
	}
	t := d.tables[name]
	if t == nil || t.replicas[region] == nil {
		return nil, wire.BadRequest("ResourceNotFoundException", "Requested resource not found: Table: %s not found", name)
	}
	return t, nil
}

var nameOfTable = regexp.MustCompile(`^[a-zA-Z0-9_.-]{3,255}$`)

// listTables lists the tables of a Region by name, up to 100 a page.
func (d *Service) listTables(region string, p *itemParams) []byte {
	answer := struct {
		TableNames             []string
		LastEvaluatedTableName string `json:",omitempty"`
	}{TableNames: []string{}}
	for _, name := range slices.Sorted(maps.Keys(d.tables)) {
		if d.tables[name].replicas[region] == nil || name <= p.ExclusiveStartTableName {
			continue
		}
		if n := len(answer.TableNames); n == cmp.Or(p.Limit, 100) {
			answer.LastEvaluatedTableName = answer.TableNames[n-1]
			break
		}
		answer.TableNames = append(answer.TableNames, name)
	}
	body, _ := json.Marshal(answer) // strings always marshal
	return body
}

func (d *Service) response(req *wire.Request, status int, body []byte) *wire.Response {
	return &wire.Response{Status: status, Body: body, Header: http.Header{
		// DynamoDB sends it with every answer; the SDKs report an error without it.
		"X-Amz-Crc32":      {strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10)},
		"Content-Type":     {"application/x-amz-json-1.0"},
		"X-Amzn-Requestid": {req.ID},
	}}
}

// Fail names the error in __type. A failed condition also carries the item, if the request asks for it.
func (d *Service) Fail(req *wire.Request, err *wire.Error) *wire.Response {
	name, status := "com.amazonaws.dynamodb.v20120810#"+err.Code, cmp.Or(err.Status, http.StatusBadRequest)
	switch err.Code {
	case wire.CodeDenied:
		name, status = "com.amazon.coral.service#AccessDeniedException", http.StatusBadRequest
	case wire.CodeUnknownKey:
		name, status = "com.amazon.coral.service#UnrecognizedClientException", http.StatusBadRequest
	case "ValidationException", "SerializationException":
		name = "com.amazon.coral.service#" + err.Code
	}
	body := expression.AppendString([]byte(`{"__type":`), name)
	body = expression.AppendString(append(body, `,"message":`...), err.Message)
	if before, ok := err.Details.(expression.Item); ok {
		body = expression.AppendItem(append(body, `,"Item":`...), before)
	}
	return d.response(req, status, append(body, '}'))
}
