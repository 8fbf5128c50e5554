package contract_test

// Why an assumption cannot be asked.
const (
	outage     = "it needs a Region of AWS that is dark, or a control plane that is gone"
	promotion  = "it needs the promotion of a database, which interrupts the account's users"
	rateLimit  = "it would use up quotas that other work of the account needs"
	policies   = "it needs roles and policies of its own; the programs make none"
	simulation = "it is a decision about the simulator; AWS has nothing to answer"
	alarmed    = "it needs alarms of its own, whose actions would run"
	functions  = "it needs functions of its own that fail, or that cost time"
	routing    = "it needs a cluster of routing controls, which costs by the hour"
	deliveries = "it needs rules, schedules and targets of its own"
	checkers   = "it needs health checks of its own, and hours of watching them"
	executions = "it needs state machines and executions of its own"
)

// unasked are the assumptions that no program asks for, with the reason.
var unasked = map[string]string{
	"R53-1": outage, "R53-3": rateLimit, "R53-4": rateLimit, "R53-7": checkers, "R53-9": outage, "R53-15": checkers, "R53-16": checkers,
	"R53-17": checkers, "R53-18": checkers, "R53-19": checkers,
	"R53-21": "name servers of AWS draw by chance; the simulator does not, so that a drill repeats",
	"R53-22": simulation,
	"R53-24": "it needs several hosted zones, which cost by the month",
	"CW-4":   alarmed, "CW-5": rateLimit, "CW-7": alarmed, "CW-8": alarmed, "CW-9": functions, "CW-10": simulation, "CW-11": alarmed, "CW-12": alarmed,
	"TRF-1": simulation, "TRF-2": simulation, "TRF-3": simulation, "TRF-4": simulation, "TRF-5": simulation, "TRF-6": simulation, "TRF-7": simulation, "NET-1": outage,
	"RDS-1": promotion, "RDS-3": promotion, "RDS-4": outage, "RDS-5": outage, "RDS-6": promotion,
	"RDS-7": "the newest value depends on the load of the account's databases", "RDS-9": promotion, "RDS-10": promotion,
	"DDB-2": "it needs clocks that are apart by less than the network's delay", "DDB-3": outage, "DDB-5": simulation, "DDB-7": rateLimit,
	"IAM-1": policies, "IAM-2": policies, "IAM-3": policies, "IAM-4": policies, "IAM-5": policies, "IAM-6": simulation, "IAM-7": policies,
	"LOG-1": simulation, "LOG-2": executions,
	"EVB-1": deliveries, "EVB-2": deliveries, "EVB-3": simulation, "EVB-4": deliveries, "EVB-5": deliveries, "EVB-6": simulation, "EVB-7": deliveries,
	"SCH-1": deliveries, "SCH-2": outage,
	"SQS-1": "AWS hides received messages, as its documents say; the simulator keeps them for whoever reads a drill",
	"ARC-1": routing, "ARC-2": routing, "ARC-3": routing,
	"API-1": simulation, "API-2": "it needs a deployed API and its address", "API-3": rateLimit,
	"LAM-1": simulation, "LAM-2": functions, "LAM-3": simulation, "LAM-4": simulation, "LAM-5": functions, "LAM-7": functions,
	"SFN-1": outage, "SFN-2": executions, "SFN-5": simulation, "SFN-6": executions, "SFN-7": executions, "SFN-8": executions, "SFN-9": executions, "SFN-10": executions, "SFN-11": executions, "SFN-12": executions, "SFN-13": executions,
}
