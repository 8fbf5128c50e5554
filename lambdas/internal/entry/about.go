package entry

import (
	"encoding/json"
	"log/slog"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/release"
)

// about is what the payloads of all steps, and the requests to the API, say of themselves.
type about struct {
	Format int `json:"format"`
	Run    *struct {
		ID    string `json:"id"`
		Epoch int64  `json:"epoch"`
	} `json:"run"`
	Execution *struct {
		Name string `json:"name"`
	} `json:"execution"`
	Op    string `json:"op"`
	Stage *struct {
		Index int `json:"index"`
	} `json:"stage"`
	Request struct {
		ID   string `json:"requestId"`
		HTTP struct {
			Method string `json:"method"`
			Path   string `json:"path"`
		} `json:"http"`
	} `json:"requestContext"`
}

// aboutOf reads them. A payload that cannot be read says nothing; the invocation returns the error.
func aboutOf(payload []byte) about {
	var a about
	_ = json.Unmarshal(payload, &a)
	return a
}

// format is the format of a payload; the answer has the same. It refuses the payload of a state machine of an unknown
// version. A function is called by the state machine that was deployed with it, or by that of the release before, which always
// calls the latest function. A request to the API is about no execution, and has no format.
func (a about) format(name string) (int, error) {
	if a.Run == nil && a.Execution == nil && a.Format == 0 {
		return failover.Format, nil
	}
	return a.Format, failover.CheckFormat(name+": payload", a.Format)
}

// describe are the attributes of the invocation, from the fields that the payloads of all steps share.
func (a about) describe(name string) []slog.Attr {
	run, epoch := "", int64(0)
	if a.Run != nil {
		run, epoch = a.Run.ID, a.Run.Epoch
	}
	if run == "" && a.Execution != nil {
		run = a.Execution.Name
	}
	attrs := []slog.Attr{slog.String("step", name), slog.String("version", release.Version), slog.String("run", run)}
	if epoch > 0 {
		attrs = append(attrs, slog.Int64("epoch", epoch))
	}
	if a.Op != "" {
		attrs = append(attrs, slog.String("op", a.Op))
	}
	if a.Stage != nil {
		attrs = append(attrs, slog.Int("stage", a.Stage.Index))
	}
	return attrs
}

// describeWeb are the attributes of a request to the API: method, path and status. The payloads of the steps have no such
// fields.
func (a about) describeWeb(answer []byte) []slog.Attr {
	if a.Request.ID == "" {
		return nil
	}
	var response struct {
		Status int `json:"statusCode"`
	}
	_ = json.Unmarshal(answer, &response) // an answer that cannot be read has no status
	return []slog.Attr{
		slog.String("request", a.Request.HTTP.Method+" "+a.Request.HTTP.Path),
		slog.String("requestId", a.Request.ID), slog.Int("status", response.Status),
	}
}
