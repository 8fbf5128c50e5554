package contract_test

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/route53/types"
)

var _ = ask("R53-13", "submits a batch that deletes two record sets that do not exist", func(a *account) verdict {
	if a.zone == "" {
		return cannotKnow("needs -zone")
	}
	z := a.route53()
	_, err := z.submit(z.txt(types.ChangeActionDelete, "contract-r53-13a", `"a"`), z.txt(types.ChangeActionDelete, "contract-r53-13b", `"b"`))
	var batch *types.InvalidChangeBatch
	if !errors.As(err, &batch) {
		return refuted("answered with %q; assumed InvalidChangeBatch", codeOf(err))
	}
	return expect(len(batch.Messages) == 2, "InvalidChangeBatch with %d messages; assumed 2, each in <Messages>", len(batch.Messages))
})
