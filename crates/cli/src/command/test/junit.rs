//! The results of tests as JUnit's XML, which build servers show.

use std::path::Path;
use std::time::Duration;

use protocol::{Fault, TestedFile};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

/// A suite for each file, a case for each case. A file that cannot be read is one case with an error.
pub(super) fn report(tested: &[TestedFile]) -> String {
    let mut report = Report::new("patchbay");
    for file in tested {
        let name = &file.file;
        let mut suite = TestSuite::new(name.as_str());
        for reported in &file.problems {
            let at = reported.place.map(|place| format!(":{}:{}", place.line, place.column)).unwrap_or_default();
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message(format!("{name}{at}: {}; {}", reported.problem.message, reported.problem.remedy));
            suite.add_test_case(TestCase::new("the test file can be read", status));
        }
        for case in &file.cases {
            let status = match case.faults.as_slice() {
                [] => TestCaseStatus::success(),
                [first, ..] => {
                    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                    status.set_message(line(name, first));
                    status.set_description(case.faults.iter().map(|fault| line(name, fault)).collect::<Vec<_>>().join("\n"));
                    status
                }
            };
            let mut shown = TestCase::new(case.name.as_str(), status);
            shown.set_time(Duration::from_micros(case.took_us));
            if let Some(tool) = &case.tool {
                shown.set_classname(format!("{}.{tool}", Path::new(&file.graph).file_stem().unwrap_or_default().to_string_lossy()));
            }
            suite.add_test_case(shown);
        }
        report.add_test_suite(suite);
    }
    // Text in memory can always be written.
    report.to_string().unwrap_or_default()
}

fn line(file: &str, fault: &Fault) -> String {
    let mut text = format!("{file}:{}:{}: {}", fault.place.line, fault.place.column, fault.message);
    for (name, value) in [("expected", &fault.expected), ("got", &fault.got)] {
        text.extend(value.iter().map(|value| format!("; {name} {value}")));
    }
    text
}
