import TestSupport
import Testing

@testable import Inspector

@Suite("Pages that are selected")
final class SelectedPagesTests: SessionSuite {
  @Test("`selected` stands wherever pages can be named")
  func selected() throws {
    try play("create \(word("a")) 64k", "allocate 2p x2", "write r2 counter", "select 2-3")
    let kernel = try play("kernel selected")
    #expect(kernel == (try play("kernel 2-3")) && kernel.first?.hasPrefix("pages 2-3: ") == true)
    #expect(try play("kernel selected json").joined().contains("\"pages\":2,"))
    try play("watch selected for 1ms")
    try play("expect page selected written", "expect kernel selected cached 0+")
    try play(
      "expect error \"expected page 2\" expect page selected free", "select selected", "expect page selected written")
  }

  @Test("Where none are selected it says so, and how some are")
  func none() throws {
    try perform("create \(word("a")) 64k")
    for line in ["kernel selected", "watch selected", "expect page selected free", "expect kernel selected dirty 1"] {
      #expect(try refusal(of: line).contains("selected: nothing is selected; `select 0-15` selects pages"), "\(line)")
    }
  }
}
