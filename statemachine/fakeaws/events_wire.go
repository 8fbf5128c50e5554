package fakeaws

import (
	"cmp"
	"encoding/json"
	"strings"
	"time"
)

var eventsOperations = map[string]jsonOperation[*events]{
	"PutEvents": handles((*events).putEvents),
}

func (b *events) open(req *Request) *APIError { return openJSON(req, eventsOperations) }

func (b *events) permissions(req *Request) []Permission {
	return req.Params.(jsonParams).permissions(b.w, req)
}

func (b *events) serve(req *Request) (*Response, *APIError) {
	return serveJSON(b, req, eventsOperations)
}

func (b *events) fail(req *Request, err *APIError) *Response { return jsonFailure(req, "", err) }

type putEventsParams struct {
	Entries []struct {
		Source, DetailType, Detail, EventBusName, TraceHeader string
		Resources                                             []string
		Time                                                  *json.Number
	}
}

func (p *putEventsParams) object() string { return defaultBus }

const defaultBus = "default"

// permissions asks for each entry, whose source and type a policy may name.
func (p *putEventsParams) permissions(w *World, req *Request) []Permission {
	var all []Permission
	for _, e := range p.Entries {
		bus := lastPart(strings.ReplaceAll(cmp.Or(e.EventBusName, defaultBus), "/", ":"))
		all = append(all, Permission{
			Action: "events:PutEvents", Resource: w.arn("events", req.Region, "event-bus/"+bus),
			Context: map[string][]string{"events:source": {e.Source}, "events:detail-type": {e.DetailType}},
		})
	}
	return all
}

// putEvents takes the entries that it can, and says of each of the others why not.
func (b *events) putEvents(req *Request, p *putEventsParams) (any, *APIError) {
	type entry struct {
		EventID      string `json:"EventId,omitempty"`
		ErrorCode    string `json:",omitempty"`
		ErrorMessage string `json:",omitempty"`
	}
	if n := len(p.Entries); n < 1 || n > 10 {
		return nil, badRequest("ValidationException", "1 validation error detected: Value at 'entries' failed to satisfy constraint: "+
			"Member must have length between 1 and 10; it has %d", n)
	}
	entries, failed := []entry{}, 0
	for _, e := range p.Entries {
		var detail map[string]any
		refused := func(code, message string) {
			entries, failed = append(entries, entry{ErrorCode: code, ErrorMessage: message}), failed+1
		}
		switch {
		case e.EventBusName != "" && e.EventBusName != defaultBus && !strings.HasSuffix(e.EventBusName, "event-bus/"+defaultBus):
			refused("InvalidArgument", "Event bus "+e.EventBusName+" does not exist.")
		case strings.HasPrefix(e.Source, "aws."):
			refused("NotAuthorizedForSourceException", "Not authorized for the source.")
		case e.Source == "":
			refused("InvalidArgument", "Parameter Source is not valid. Reason: Source is a required argument.")
		case e.DetailType == "":
			refused("InvalidArgument", "Parameter DetailType is not valid. Reason: DetailType is a required argument.")
		case json.Unmarshal([]byte(e.Detail), &detail) != nil:
			refused("MalformedDetail", "Detail is malformed.")
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

// timeOf reads the seconds since 1970 of the JSON protocols; nothing is the zero time.
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
