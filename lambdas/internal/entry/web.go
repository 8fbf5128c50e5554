package entry

import (
	"encoding/json"
	"log/slog"
)

// describeWeb are the attributes of a request to the API: method, path and status. The payloads of the steps have no such
// fields.
func describeWeb(payload, answer []byte) []slog.Attr {
	var request struct {
		Context struct {
			ID   string `json:"requestId"`
			HTTP struct {
				Method string `json:"method"`
				Path   string `json:"path"`
			} `json:"http"`
		} `json:"requestContext"`
	}
	var response struct {
		Status int `json:"statusCode"`
	}
	// A request that cannot be read has no attributes.
	_, _ = json.Unmarshal(payload, &request), json.Unmarshal(answer, &response)
	if request.Context.ID == "" {
		return nil
	}
	return []slog.Attr{
		slog.String("request", request.Context.HTTP.Method+" "+request.Context.HTTP.Path),
		slog.String("requestId", request.Context.ID), slog.Int("status", response.Status),
	}
}
