package sqs

import (
	"cmp"
	"crypto/md5" //nolint:gosec // SQS returns the MD5 of a body
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

var operations = map[string]wire.Operation[*Service]{
	"ListQueues":         wire.Handle((*Service).listQueues),
	"GetQueueUrl":        wire.Handle((*Service).getQueueURL),
	"GetQueueAttributes": wire.Handle((*Service).getQueueAttributes),
	"ReceiveMessage":     wire.Handle((*Service).receiveMessage),
}

// Open finds the operation of a request and decodes its parameters.
func (s *Service) Open(req *wire.Request) *wire.Error { return wire.OpenJSON(req, operations) }

// Permissions are what IAM must allow for a request.
func (s *Service) Permissions(req *wire.Request) []wire.Permission {
	return req.Params.(*params).permissions(s.k, req)
}

// Serve also performs SendMessage, with which EventBridge delivers to a queue that is a target.
func (s *Service) Serve(req *wire.Request) (*wire.Response, *wire.Error) {
	if p, ok := req.Params.(*params); ok && req.Operation == "SendMessage" {
		if !s.Put(p.queue, string(req.Body), nil) {
			return nil, errNoQueue()
		}
		return wire.JSON(req, http.StatusOK, nil), nil
	}
	return wire.ServeJSON(s, req, operations)
}

// Fail writes an error.
func (s *Service) Fail(req *wire.Request, err *wire.Error) *wire.Response {
	resp := wire.JSONError(req, "com.amazonaws.sqs#", err)
	resp.Header.Set("X-Amzn-Query-Error", err.Code+";Sender")
	return resp
}

func errNoQueue() *wire.Error {
	return wire.BadRequest("QueueDoesNotExist", "The specified queue does not exist.")
}

// params are the parameters of all operations.
type params struct {
	QueueURL                    string `json:"QueueUrl"`
	QueueName                   string
	QueueNamePrefix             string
	AttributeNames              []string
	MessageAttributeNames       []string
	MessageSystemAttributeNames []string
	MaxNumberOfMessages         int
	VisibilityTimeout           *int
	WaitTimeSeconds             int
	MaxResults                  int
	NextToken                   string
	// queue is the ARN, in requests that AWS makes itself.
	queue string
}

func (p *params) name() string {
	return cmp.Or(p.QueueName, p.QueueURL[strings.LastIndex(p.QueueURL, "/")+1:], wire.LastPart(p.queue))
}

func (p *params) Object() string { return p.name() }

func (p *params) permissions(k *kernel.Kernel, req *wire.Request) []wire.Permission {
	return []wire.Permission{{Action: "sqs:" + req.Operation, Resource: k.ARN("sqs", req.Region, cmp.Or(p.name(), "*"))}}
}

func (s *Service) find(req *wire.Request, p *params) (*queue, *wire.Error) {
	q := s.queues[s.k.ARN("sqs", req.Region, p.name())]
	if q == nil {
		return nil, errNoQueue()
	}
	return q, nil
}

// url has the host of the request, so that the client can reach it.
func (s *Service) url(req *wire.Request, q *queue) string {
	return "http://" + req.HTTP.Host + "/" + s.k.Account + "/" + q.name
}

func (s *Service) listQueues(req *wire.Request, p *params) (any, *wire.Error) {
	var urls []string
	for _, arn := range slices.Sorted(maps.Keys(s.queues)) {
		if q := s.queues[arn]; q.region == req.Region && strings.HasPrefix(q.name, p.QueueNamePrefix) {
			urls = append(urls, s.url(req, q))
		}
	}
	return struct {
		QueueURLs []string `json:"QueueUrls,omitempty"`
	}{urls}, nil
}

func (s *Service) getQueueURL(req *wire.Request, p *params) (any, *wire.Error) {
	q, err := s.find(req, p)
	if err != nil {
		return nil, err
	}
	return map[string]string{"QueueUrl": s.url(req, q)}, nil
}

func (s *Service) getQueueAttributes(req *wire.Request, p *params) (any, *wire.Error) {
	q, err := s.find(req, p)
	if err != nil {
		return nil, err
	}
	all := map[string]string{
		"ApproximateNumberOfMessages": fmt.Sprint(len(q.messages)),
		"QueueArn":                    s.k.ARN("sqs", q.region, q.name),
	}
	maps.DeleteFunc(all, func(name, _ string) bool {
		return !slices.Contains(p.AttributeNames, name) && !slices.Contains(p.AttributeNames, "All")
	})
	return map[string]any{"Attributes": all}, nil
}

type sqsMessage struct {
	MessageID         string                  `json:"MessageId"`
	ReceiptHandle     string                  `json:"ReceiptHandle"`
	MD5OfBody         string                  `json:"MD5OfBody"`
	Body              string                  `json:"Body"`
	MessageAttributes map[string]sqsAttribute `json:"MessageAttributes,omitempty"`
}

type sqsAttribute struct {
	DataType    string
	StringValue string
}

// receiveMessage shows the oldest messages. They stay visible (SQS-1).
func (s *Service) receiveMessage(req *wire.Request, p *params) (any, *wire.Error) {
	q, err := s.find(req, p)
	if err != nil {
		return nil, err
	}
	messages := []sqsMessage{}
	for _, m := range q.messages[:min(max(1, p.MaxNumberOfMessages), 10, len(q.messages))] {
		sum := md5.Sum([]byte(m.Body)) //nolint:gosec // as SQS does
		shown := sqsMessage{MessageID: m.ID, ReceiptHandle: m.ID, MD5OfBody: hex.EncodeToString(sum[:]), Body: m.Body}
		if slices.Contains(p.MessageAttributeNames, "All") {
			shown.MessageAttributes = map[string]sqsAttribute{}
			for name, value := range m.Attributes {
				shown.MessageAttributes[name] = sqsAttribute{"String", value}
			}
		}
		messages = append(messages, shown)
	}
	return map[string]any{"Messages": messages}, nil
}

// SendRequest is the request with which AWS itself delivers a body to a queue.
func SendRequest(arn, body string) *wire.Request {
	return &wire.Request{Service: "sqs", Operation: "SendMessage", Params: &params{queue: arn}, Body: []byte(body)}
}
