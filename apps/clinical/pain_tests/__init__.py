"""Pain tests: thresholds, force, EIH, P50, CPM, and tests of function.

Each test has its own module with one way in (`ppt.ppt_result`, `mvc.mvc_result`,
`eih.eih_result`, `p50.p50_result`, `cpm.cpm_result`, `readiness.readiness`,
`function_tests.function_result`). Results are shown, not decided on.
"""
