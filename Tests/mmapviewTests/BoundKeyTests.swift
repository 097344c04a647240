import Glibc
import Inspector
import SystemPackage
import TerminalCanvas
import TestSupport
import Testing

@testable import mmapview

@Suite("Keys that a person has bound")
final class BoundKeyTests: SessionSuite {
  private func hints() -> String {
    Screen.draw(Snapshot(session, Interface(), width: 120, height: 24)).textLines.last ?? ""
  }

  private var bound: BoundKeys { BoundKeys(session.view.keys) }

  @Test("Every name of a key is that of what the terminal sends, and the help's own names can be bound")
  func names() throws {
    for binding in KeyMap.moving + KeyMap.acting + KeyMap.bytes {
      for name in binding.name.split(separator: " ") where name != ":" {
        try perform("key \(Word.quote(String(name))) status")
        let row = try #require(bound.rows.last)
        #expect(row.name == name && binding.keys.contains(row.key), "\(name)")
      }
    }
    try perform("key Ctrl-C status", "key Alt-x status", "key f2 status", "key F12 status")
    #expect(bound["\u{03}"] != nil && bound[.alt("x")] != nil && bound[.alt("y")] == nil)
    #expect(bound[.function(2)] != nil && bound[.function(12)] != nil && bound.rows.last?.name == "F12")
    #expect(throws: SyntaxError.self) { try perform("key F13 status") }
    // It gives each other key back.
    #expect(throws: SyntaxError.self) { try perform("key : status") }
  }

  @Test("A binding shows in the help and in the last row, in place of what the key did")
  func shows() throws {
    try perform("create \(word("a")) 64k", "key w \"write selected random:7\"", "key h status", "key F1 \"goto 3\"")
    let help = HelpText.keys(.unicode, width: 80, bound).joined(separator: "\n")
    #expect(help.contains("\n w      write selected random:7") && help.contains("\n F1     goto 3"))
    #expect(!help.contains("write the last pattern"))
    #expect(help.contains(" ←      one cell back") && help.contains("?      this help"))
    #expect(hints().contains("w write selected random:7") && !hints().contains("w write  "))
    try perform("key w default")
    #expect(HelpText.keys(.unicode, width: 80, bound).contains { $0.contains("write the last pattern") })
    #expect(hints().contains(" w write  "))
  }

  @Test("The last row names the key that does it now, in the place of the one that did")
  func moved() throws {
    try perform("create \(word("a")) 64k", "key ? status", "key s \"goto 3\"", "key F3 \"sync all\"", "key q status")
    let row = hints()
    #expect(row.contains(" F1 help") && row.contains(" F3 sync all") && row.contains(":quit leaves"), "\(row)")
    #expect(!row.contains(" s sync") && row.contains(" s goto 3"))
    let narrow = Screen.draw(Snapshot(session, Interface(), width: 60, height: 24)).textLines.last ?? ""
    #expect(
      narrow.contains("F1 help") && narrow.contains(":quit leaves") && narrow.contains("F3 sync all"), "\(narrow)")
    try perform("key x quit", "key w \"write selected file:/a/long/name\"")
    #expect(hints().contains(" x quit") && hints().contains(" w write  ") && !hints().contains(":quit"))
    #expect(HelpText.keys(.unicode, width: 80, bound).contains { $0.contains(" F1 ") && $0.contains("this help") })
  }

  @Test("In the past, too, the last row names the key that does it now")
  func past() throws {
    let drawn = DrawnFrames(of: session, size: Headless.Size(), isASCII: false)
    func lastRow() -> String { drawn.draw().textLines.last ?? "" }
    try perform("create \(word("a")) 64k")
    _ = lastRow()
    try perform("allocate 1p")
    _ = lastRow()
    try perform("back")
    #expect(lastRow() == " [ back  ] forward  Esc now  L layer  ? help")
    try perform("key [ \"goto 1\"", "key F4 back", "key L \"goto 2\"", "key Esc \"goto 3\"")
    #expect(lastRow() == " F4 back  ] forward  Esc now  ? help")
  }

  @Test("Where a key that leaves is bound, the help says what leaves")
  func waysOut() throws {
    #expect(bound.wayOut == nil)
    try perform("key q status")
    #expect(HelpText.keys(.unicode, width: 80, bound).contains("q does something else here: Ctrl-C or `:quit` leaves"))
    try perform("key Ctrl-C status")
    #expect(bound.wayOut == "q, Ctrl-C do something else here: `:quit` leaves")
  }
}
