package validate

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
)

// readStarter reads who has signed the request to the API that started the run. The input names the signer, as any input
// can; the registry has it from the API, which alone may write it. What cannot be read is not known.
func (in *inspection) readStarter(ctx context.Context) {
	if in.run.Phase != failover.Outbound || !strings.HasPrefix(in.run.RequestedBy, "arn:") {
		return
	}
	input, err := json.Marshal(in.input)
	if err != nil {
		return
	}
	bounded, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	by, err := in.Applications.Starter(bounded, in.run.ID, in.Region, input)
	if err == nil && by != "" {
		in.run.Starter = &failover.Starter{By: by, How: failover.APISigner}
	}
}
