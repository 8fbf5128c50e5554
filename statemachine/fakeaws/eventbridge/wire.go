package eventbridge

import (
	"cmp"
	"encoding/json"
	"strings"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

var operations = map[string]wire.Operation[*Service]{
	"PutEvents": wire.Handle((*Service).putEvents),
}

// Open finds the operation of a request and decodes its parameters.
func (b *Service) Open(req *wire.Request) *wire.Error { return wire.OpenJSON(req, operations) }

// Permissions are what IAM must allow for a request.
func (b *Service) Permissions(req *wire.Request) []wire.Permission {
	return req.Params.(*putEventsParams).permissions(b.k, req)
}

// Serve performs a request.
func (b *Service) Serve(req *wire.Request) (*wire.Response, *wire.Error) {
	return wire.ServeJSON(b, req, operations)
}

// Fail writes an error.
func (b *Service) Fail(req *wire.Request, err *wire.Error) *wire.Response {
	return wire.JSONError(req, "", err)
}

type putEventsParams struct {
	Entries []struct {
		Source, DetailType, Detail, EventBusName, TraceHeader string
		Resources                                             []string
		Time                                                  *json.Number
	}
}

func (p *putEventsParams) Object() string { return defaultBus }

const defaultBus = "default"

// permissions are one for each entry: a policy may name its source and type.
func (p *putEventsParams) permissions(k *kernel.Kernel, req *wire.Request) []wire.Permission {
	var all []wire.Permission
	for _, e := range p.Entries {
		bus := wire.LastPart(strings.ReplaceAll(cmp.Or(e.EventBusName, defaultBus), "/", ":"))
		all = append(all, wire.Permission{
			Action: "events:PutEvents", Resource: k.ARN("events", req.Region, "event-bus/"+bus),
			Context: map[string][]string{"events:source": {e.Source}, "events:detail-type": {e.DetailType}},
		})
	}
	return all
}

// putEvents publishes the valid entries, and returns an error for each of the others.
func (b *Service) putEvents(req *wire.Request, p *putEventsParams) (any, *wire.Error) {
	type entry struct {
		EventID      string `json:"EventId,omitempty"`
		ErrorCode    string `json:",omitempty"`
		ErrorMessage string `json:",omitempty"`
	}
	if n := len(p.Entries); n < 1 || n > 10 {
		return nil, wire.BadRequest("ValidationException", "1 validation error detected: Value at 'entries' failed to satisfy constraint: "+
			"Member must have length between 1 and 10; it has %d", n)
	}
	entries, failed := []entry{}, 0
	for _, e := range p.Entries {
		var detail map[string]any
		reject := func(code, message string) {
			entries, failed = append(entries, entry{ErrorCode: code, ErrorMessage: message}), failed+1
		}
		switch {
		case e.EventBusName != "" && e.EventBusName != defaultBus && !strings.HasSuffix(e.EventBusName, "event-bus/"+defaultBus):
			reject("InvalidArgument", "Event bus "+e.EventBusName+" does not exist.")
		case strings.HasPrefix(e.Source, "aws."):
			reject("NotAuthorizedForSourceException", "Not authorized for the source.")
		case e.Source == "":
			reject("InvalidArgument", "Parameter Source is not valid. Reason: Source is a required argument.")
		case e.DetailType == "":
			reject("InvalidArgument", "Parameter DetailType is not valid. Reason: DetailType is a required argument.")
		case json.Unmarshal([]byte(e.Detail), &detail) != nil:
			reject("MalformedDetail", "Detail is malformed.")
		default:
			event := Event{Source: e.Source, DetailType: e.DetailType, Resources: e.Resources, Detail: json.RawMessage(e.Detail), Time: timeOf(e.Time)}
			entries = append(entries, entry{EventID: b.publish(req.Region, event)})
		}
	}
	return struct {
		FailedEntryCount int
		Entries          []entry
	}{failed, entries}, nil
}

// timeOf reads the seconds since 1970 of the JSON protocols; nil is the zero time.
func timeOf(n *json.Number) time.Time {
	if n == nil {
		return time.Time{}
	}
	seconds, err := n.Float64()
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(int64(seconds * 1000))
}
