package e2e

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const (
	needsProvider = "a Kratos in memory has no social sign-in"
	needsKeys     = "a Kratos in memory has neither passkeys nor security keys"
	needsFaults   = "the test kills and pauses the process of Kratos"
	needsBaseURL  = "a Kratos in memory has the base URL of its own ports, not that of a proxy"
	needsDatabase = "the test is about a real server with a database"
	needsConfig   = "the test is about Kratos' own configuration"
	needsHashes   = "a Kratos in memory compares only the hashes of bcrypt"
	noServer      = "the test needs no server"
)

// realOnly are the tests and subtests that do not run on servers in memory, with the reason.
var realOnly = map[string]string{
	"TestCredentialsOfAnAccountAtAProvider":           needsProvider,
	"TestIDTokensOfApps":                              needsProvider,
	"TestOIDCAccountsInSettings":                      needsProvider,
	"TestOIDCLoginsOfApps":                            needsProvider,
	"TestOIDCLoginsOfSinglePageApps":                  needsProvider,
	"TestOIDCLoginsOnPages":                           needsProvider,
	"TestProvidersOfAnyNameThroughAProxy":             needsProvider,
	"TestProvidersOfPages":                            needsProvider,
	"TestLoginsForAnOAuth2Provider":                   "a Kratos in memory has no OAuth 2.0 server",
	"TestFormSubmissions":                             "the test compares what web hooks receive, which a Kratos in memory does not have",
	"TestTokenizedSession":                            "a Kratos in memory does not run mappers of claims, which are in Jsonnet",
	"TestValidationCost":                              "the test compares the time of a validation with that of a real request",
	"TestExampleWebsite":                              needsKeys,
	"TestExampleWebsiteCrossSiteRequests":             needsKeys,
	"TestImportedPasswords":                           "a Kratos in memory compares only the hashes of bcrypt",
	"TestKeysInEveryMode":                             needsKeys,
	"TestKeysInSettingsPages":                         needsKeys,
	"TestPasskeys":                                    needsKeys,
	"TestPasskeysOnPages":                             needsKeys,
	"TestRemovingTheOnlyPasskey":                      needsKeys,
	"TestSecurityKeysAsSecondFactor":                  needsKeys,
	"TestSecurityKeysInsteadOfPasswords":              needsKeys,
	"TestSessionsUnderLoad":                           needsFaults,
	"TestSessionsUnderLoadWithRedis":                  needsFaults,
	"TestNativeFlowThroughAProxy":                     needsBaseURL,
	"TestKratosFilesThroughAProxy":                    needsBaseURL,
	"TestSlowFormThroughAProxy":                       needsBaseURL,
	"TestHookCourierSendsSMS":                         "a Kratos in memory sends no SMS",
	"TestBulkExportResumes":                           needsDatabase,
	"TestBulkExportRoundTrip":                         needsDatabase,
	"TestBulkImportFindsTheBadRecord":                 needsDatabase,
	"TestBulkImportIsAsFastAsFullBatches":             needsDatabase,
	"TestBulkImportSettlesALostResponse":              needsDatabase,
	"TestThrottleOfManyGuesses":                       "the test counts what 10,000 guesses of a password cost a real server",
	"TestBulkImportSurvivesARestartOfKratos":          needsFaults,
	"TestBulkImportSurvivesKills":                     needsDatabase,
	"TestBulkImportUpdates":                           needsDatabase,
	"TestBulkKratosctlImportContinues":                needsDatabase,
	"TestKratosctlExport":                             needsDatabase,
	"TestKratosctlImportOfABrokenFile":                needsDatabase,
	"TestKratosctlImportsFromOtherSystems":            needsHashes,
	"TestKratosctlValidate":                           needsDatabase,
	"TestImportsFromOtherSystems":                     needsHashes,
	"TestVerifiedAddressesThatTheSchemaDoesNotVerify": needsDatabase,
	"TestFirebaseHashOfTheExport":                     noServer,
	"TestDoctor":                                      needsConfig,
	"TestDoctorSaysWhatItDidNotCheck":                 needsConfig,
	"TestDoctorCasesAreComplete":                      noServer,
	"TestMatrixRules":                                 noServer,
	"TestMatrixOfOtherServers":                        noServer,
	"TestTestsOnBothServers":                          noServer,
	"TestCredentialsOfIdentities/a security key":      needsKeys,
	"TestCredentialsOfIdentities/a passkey":           needsKeys,
	"TestLoginsRequireAVerifiedAddress/passkeys and second factors are not checked":   needsKeys,
	"TestLoginsRequireAVerifiedAddress/passkeys are checked":                          needsKeys,
	"TestLoginsRequireAVerifiedAddress/security keys are checked":                     needsKeys,
	"TestLoginsRequireAVerifiedAddress/second factors are checked":                    "a Kratos in memory has the hook require_verified_address after all methods, not only after second factors",
	"TestLoginsRequireAVerifiedAddress/accounts at providers are checked in browsers": needsProvider,
}

// bothServers are the functions that run a test on real servers and on those in memory.
var bothServers = map[string]bool{"onBothServers": true, "onBoth": true}

// Every test runs on both kinds of servers, or is in the table.
func TestTestsOnBothServers(t *testing.T) {
	t.Parallel()
	tests, texts := testFunctions(t)
	for name, both := range tests {
		switch reason := realOnly[name]; {
		case both && reason != "":
			t.Errorf("%s runs on both servers, but the table says: %s", name, reason)
		case !both && reason == "":
			t.Errorf("%s does not run on a server in memory, and the table has no reason", name)
		}
	}
	for name := range realOnly {
		test, subtest, isSubtest := strings.Cut(name, "/")
		both, exists := tests[test]
		switch {
		case !exists:
			t.Errorf("the table has the test %s, which does not exist", name)
		case isSubtest && (!both || !texts[subtest]):
			t.Errorf("the table has the subtest %q: %s runs on both servers: %v; a subtest with this name exists: %v", subtest, test, both, texts[subtest])
		}
	}
}

// testFunctions returns the tests of this package, and whether they run on both kinds of servers;
// and all texts of calls, among which are the names of subtests.
func testFunctions(t *testing.T) (tests, texts map[string]bool) {
	t.Helper()
	tests, texts = map[string]bool{}, map[string]bool{}
	for _, name := range must(filepath.Glob("*_test.go"))(t) {
		file := must(parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution))(t)
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			both := readCalls(f, texts)
			if f.Recv == nil && strings.HasPrefix(f.Name.Name, "Test") && f.Name.Name != "TestMain" {
				tests[f.Name.Name] = both
			}
		}
	}
	return tests, texts
}

// readCalls adds the texts that a function passes to others, and reports whether it calls one of
// bothServers.
func readCalls(f *ast.FuncDecl, texts map[string]bool) (both bool) {
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if name, ok := call.Fun.(*ast.Ident); ok && bothServers[name.Name] {
			both = true
		}
		for _, arg := range call.Args {
			if literal, ok := arg.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				text, _ := strconv.Unquote(literal.Value)
				texts[text] = true
			}
		}
		return true
	})
	return both
}
