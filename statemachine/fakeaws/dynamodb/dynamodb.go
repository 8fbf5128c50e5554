package dynamodb

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"maps"
	"net/http"
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
	// held are the deliveries that a dark Region or a disconnected link keeps back, in the order of writing.
	held []delivery
}

// New returns a DynamoDB without tables.
func New(k *kernel.Kernel, metrics Metrics) *Service {
	d := &Service{k: k, metrics: metrics, tables: map[string]*table{}, cut: map[[2]string]bool{}, lag: 800 * time.Millisecond}
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

// itemRequest is the union of the parameters of the five operations; each uses its own.
type itemRequest struct {
	TableName                           string
	Key                                 map[string]map[string]any
	Item                                map[string]map[string]any
	ConditionExpression                 string
	UpdateExpression                    string
	KeyConditionExpression              string
	FilterExpression                    string
	ProjectionExpression                string
	ExpressionAttributeNames            map[string]string
	ExpressionAttributeValues           map[string]map[string]any
	ReturnValues                        string
	ReturnValuesOnConditionCheckFailure string
	ReturnConsumedCapacity              string
	ReturnItemCollectionMetrics         string
	ConsistentRead                      bool
	ScanIndexForward                    *bool
	Select                              string
	Limit                               int
	ExclusiveStartKey                   map[string]map[string]any
}

// itemParams is an itemRequest with its expressions.
type itemParams struct {
	itemRequest
	expressions *expression.Expressions
}

func (p *itemParams) Object() string {
	parts := []string{tableName(p.TableName)}
	for _, values := range []map[string]map[string]any{p.Key, p.Item} {
		for _, name := range []string{"pk", "sk"} {
			if s, ok := values[name]["S"].(string); ok {
				parts = append(parts, s)
			}
		}
	}
	return strings.Join(parts, " ")
}

// tableName is the name in a TableName parameter, which may also be an ARN.
func tableName(nameOrARN string) string {
	return nameOrARN[strings.LastIndex(nameOrARN, "/")+1:]
}

var operations = map[string]func(*Service, *replicaOf, *itemParams) ([]byte, error){
	"GetItem":    (*Service).getItem,
	"PutItem":    (*Service).putItem,
	"UpdateItem": (*Service).updateItem,
	"DeleteItem": (*Service).deleteItem,
	"Query":      (*Service).query,
}

// Open finds the operation of a request and decodes its parameters.
func (d *Service) Open(req *wire.Request) *wire.Error {
	_, req.Operation, _ = strings.Cut(req.HTTP.Header.Get("X-Amz-Target"), ".")
	if operations[req.Operation] == nil {
		return wire.UnknownOperation(req)
	}
	params := &itemParams{}
	req.Params = params
	dec := json.NewDecoder(bytes.NewReader(req.Body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&params.itemRequest); err != nil {
		return wire.BadParameters(req, err)
	}
	var err error
	params.expressions, err = expression.New(params.ExpressionAttributeNames, params.ExpressionAttributeValues)
	if err != nil {
		return wireError(err)
	}
	return nil
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
	if req.Operation == "Query" { // a second set: compiling the condition marks the names and values that it uses
		expressions, err := expression.New(p.ExpressionAttributeNames, p.ExpressionAttributeValues)
		if err == nil {
			if keys, err := expressions.Key(p.KeyConditionExpression); err == nil {
				permission.Context["dynamodb:leadingkeys"] = []string{keys.PK}
			}
		}
	}
	return []wire.Permission{permission}
}

// Serve performs a request.
func (d *Service) Serve(req *wire.Request) (*wire.Response, *wire.Error) {
	p := req.Params.(*itemParams)
	t := d.tables[tableName(p.TableName)]
	if t == nil || t.replicas[req.Region] == nil {
		return nil, wire.BadRequest("ResourceNotFoundException", "Requested resource not found: Table: %s not found", tableName(p.TableName))
	}
	body, err := operations[req.Operation](d, &replicaOf{t, t.replicas[req.Region], req.Region}, p)
	if err != nil {
		return nil, wireError(err)
	}
	return d.response(req, http.StatusOK, body), nil
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
