package wire

// Why a vector does not apply to the side of the service, or to this simulator.
const (
	noBody      = "the vector has no body"
	noOperation = "the vector leaves out the header with the operation"
	client      = "the client fills in a member that the parameters do not have"
	absent      = "what is empty is not on the wire"
	lenient     = "a client must ignore what the answer has more than the model, which this simulator never sends"
	ownMembers  = "no error of the simulator has members of its own but those that DynamoDB and Lambda write themselves"
	unset       = "the vector's answer has members that its result does not have"
)

// notApplicable are the vectors that do not apply, with the reason.
var notApplicable = map[string]string{
	"input query SDKAppliedContentEncoding_awsQuery":                                  noBody,
	"input query SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsQuery":               noBody,
	"input json SDKAppliedContentEncoding_awsJson1_1":                                 noBody,
	"input json SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsJson1_1":              noBody,
	"input json_1_0 SDKAppliedContentEncoding_awsJson1_0":                             noBody,
	"input json_1_0 SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsJson1_0":          noBody,
	"input json_1_0 AwsJson10EndpointTrait":                                           noOperation,
	"input json_1_0 AwsJson10EndpointTraitWithHostLabel":                              noOperation,
	"input json_1_0 AwsJson10HostWithPath":                                            noOperation,
	"input query QueryProtocolIdempotencyTokenAutoFill":                               client,
	"input query QueryEmptyQueryMaps":                                                 absent,
	"output json handles_unexpected_json_output":                                      lenient,
	"output json AwsJson11DeserializeIgnoreType":                                      lenient,
	"output json AwsJson11StructuresDontDeserializeNullValues":                        lenient,
	"output json_1_0 AwsJson10DeserializeIgnoreType":                                  lenient,
	"output json_1_0 AwsJson10DeserializeAllowNulls":                                  lenient,
	"output json_1_0 AwsJson10HandlesUnexpectedJsonOutput":                            lenient,
	"output smithy-rpc-v2-cbor RpcV2CborDeserializesDenseSetMapAndSkipsNull":          lenient,
	"output smithy-rpc-v2-cbor RpcV2CborClientDoesntDeserializeNullStructureValues":   lenient,
	"output smithy-rpc-v2-cbor RpcV2CborExtraFieldsInTheBodyShouldBeSkippedByClients": lenient,
	"output smithy-rpc-v2-cbor RpcV2CborPayloadWithUnsetUnion":                        unset,
	"output query QueryComplexError":                                                  ownMembers,
	"output json AwsJson11ComplexError":                                               ownMembers,
	"output json_1_0 AwsJson10ComplexError":                                           ownMembers,
	"output smithy-rpc-v2-cbor RpcV2CborComplexError":                                 ownMembers,
	"output rest-xml ComplexError":                                                    ownMembers,
}

// failing are vectors that apply and fail, with the reason.
var failing = map[string]string{}

// vectorCounts are how many vectors of a file pass, and how many do not apply.
var vectorCounts = map[string]struct{ passed, skipped int }{
	"cbor":        {207, 0},
	"input query": {34, 4}, "output query": {37, 1},
	"input json": {52, 2}, "output json": {54, 4},
	"input json_1_0": {16, 5}, "output json_1_0": {28, 4},
	"input json_1_0-query-compatible": {1, 0}, "output json_1_0-query-compatible": {2, 0},
	"input smithy-rpc-v2-cbor": {15, 0}, "output smithy-rpc-v2-cbor": {30, 5},
	"input smithy-rpc-v2-cbor-query-compatible": {1, 0}, "output smithy-rpc-v2-cbor-query-compatible": {2, 0},
	"input smithy-rpc-v2-cbor-non-query-compatible": {1, 0}, "output smithy-rpc-v2-cbor-non-query-compatible": {0, 0},
	"input rest-xml": {16, 78}, "output rest-xml": {21, 57}, "structs query": {22, 16},
}
