import CTestSupport
import Foundation
import RangedMmap
import SystemPackage
import TerminalCanvas
import TestSupport
import Testing

@testable import Inspector
@testable import mmapview

extension Trait where Self == ConditionTrait {
  fileprivate static var needsFaults: Self {
    .enabled(if: watchedFaultsRefusal == nil, "\(watchedFaultsRefusal ?? "")")
  }
}

@Suite("Faults on the screen", .needsFaults)
final class FaultsScreenTests: SessionSuite {
  deinit { session.shutDown() }

  private func start(_ steps: [String]) throws -> Toucher {
    try folder.put("a", inPages: 64)
    try perform("open \(word("a"))")
    return try Toucher(folder.file("a"), steps)
  }

  private func draw(_ width: Int = 80, _ height: Int = 24, isASCII: Bool = false, showsTimes: Bool = true) -> Canvas {
    var interface = Interface()
    (interface.showsTimes, interface.glyphs) = (showsTimes, isASCII ? .ascii : .unicode)
    if let layout = session.layout(interface, width: width, height: height) { interface.sample(session, layout) }
    return Screen.draw(Snapshot(session, interface, width: width, height: height))
  }

  @Test(
    "A page that has just faulted flashes in each layer, and the title, the legend and the page's facts say by whom")
  func marks() throws {
    let toucher = try start(["read 40"])
    try perform("faults \(toucher.processID)", "goto 40")
    toucher.step()
    try perform("expect faulted 40 within 10s", "goto 41")
    for layer in Layer.allCases {
      try perform("layer \(layer.rawValue)")
      for isASCII in [false, true] {
        let canvas = draw(isASCII: isASCII)
        let glyph = isASCII ? StateRow.faulted.ascii : StateRow.faulted.glyph
        let cells = canvas.cells.filter { $0.glyph == glyph && $0.style.role == .faulted }
        // One in each grid, and one in the legend.
        #expect(cells.count == layer.parts.count + 1, "\(canvas.textLines.joined(separator: "\n"))")
        #expect(cells.count { $0.style.isReversed } == layer.parts.count && cells.allSatisfy(\.style.isMeasured))
        #expect(canvas.textLines[0].contains("faults of Toucher \(toucher.processID)"))
      }
    }
    try perform("goto 40")
    for (width, layer) in [
      (80, Layer.kernel), (80, .library), (120, .both), (160, .kernel), (59, .kernel), (59, .library),
    ] {
      try perform("layer \(layer.rawValue)")
      let text = draw(width).textLines.joined(separator: "\n")
      #expect(text.contains(#/faulted +by Toucher \d+/#), "\(width) \(layer): \(text)")
      #expect(!draw(width, showsTimes: false).textLines.joined().contains(#/ at \d\d:\d\d/#))
    }
    #expect(draw(120).textLines.joined().contains(#/faulted by Toucher \d+ at \d\d:\d\d:\d\d/#))
    try perform("faults off")
    let after = draw(120)
    #expect(!after.textLines[0].contains("fault") && !after.cells.contains { $0.style.role == .faulted })
  }

  @Test("No name of a process steers the terminal, or the readers of lines and of JSON")
  func names() throws {
    try perform("create \(word("a")) 64k")
    let program = folder.file("\u{1b}[2J\u{202e}x").string
    try FileManager.default.copyItem(atPath: Toucher.program, toPath: program)
    let toucher = try Toucher(folder.file("a"), ["read 4"], by: [program])
    toucher.step()
    let outcome = try run(
      mmapview,
      [folder.file("a").string, "--headless", "-c", "faults \(toucher.processID)", "-c", "faults json", "-c", "screen"])
    #expect(outcome.status == 0 && outcome.output.contains("\\x1b[2J"), "\(outcome.output)")
    #expect(!outcome.output.unicodeScalars.contains { ["\u{1b}", "\u{202e}"].contains($0) })
  }

  @Test("Help and manual explain the mark")
  func words() {
    for text in [Manual.page.replacing("\\-", with: "-"), HelpText.states(.unicode).joined(separator: "\n")] {
      #expect(text.contains("first time: for four seconds"))
    }
  }
}

@Suite("The program that watches faults", .needsFaults)
final class FaultsProgramTests: FolderSuite {
  private func put() throws { try folder.put("a", inPages: 64) }

  @Test("Without a screen the same lines are printed", arguments: ["--headless", "--plain"])
  func lines(way: String) throws {
    try put()
    let toucher = try Toucher(folder.file("a"), ["read 3,40", "end"])
    let program = try Conversation(
      mmapview, [folder.file("a").string, way] + (way == "--plain" ? [] : ["--replay", "-"]))
    let name = "Toucher \(toucher.processID)"
    #expect(
      try program.answer(to: "faults \(toucher.processID)", beginning: "faults of \(name) on this file are watched")
        != nil)
    toucher.step()
    #expect(try program.answer(to: "expect faulted 40 within 20s", beginning: "as expected: faulted 40") != nil)
    #expect(try program.answer(to: "pause 500ms", beginning: "\(name) faulted page") != nil)
    toucher.step()
    #expect(try program.answer(to: "pause 100ms", beginning: "\(name) has ended: 2 faults on 2 pages") != nil)
    _ = try program.answer(to: "quit", beginning: "goodbye")
  }

  @Test(
    "A user watches an own program on an own file, and not that of another",
    .enabled(if: getuid() == 0 && isInstalled("setpriv"), "needs root and setpriv"))
  func unprivileged() throws {
    try put()
    for (from, to) in [(mmapview, "program"), (Toucher.program, "Toucher")] {
      try FileManager.default.copyItem(atPath: from, toPath: folder.file(to).string)
    }
    try run("chown", ["-R", "65534", folder.path.string])
    try run("chmod", ["755", folder.path.string])
    let user = ["--reuid=65534", "--regid=65534", "--clear-groups"]
    let own = try Toucher(folder.file("a"), ["read 5"], by: ["setpriv"] + user + [folder.file("Toucher").string])
    let others = try Toucher(folder.file("a"), [])
    let program = try Conversation(
      "setpriv", user + [folder.file("program").string, folder.file("a").string, "--headless", "--replay", "-"])
    let value = Int(
      (try String(contentsOfFile: "/proc/sys/kernel/perf_event_paranoid", encoding: .utf8)).prefix { $0 != "\n" })
    guard let value, value < 3 else { try skip("perf_event_paranoid lets no user watch") }
    #expect(try program.answer(to: "faults \(own.processID)", beginning: "faults of Toucher \(own.processID)") != nil)
    own.step()
    #expect(try program.answer(to: "expect faulted 5 within 20s", beginning: "as expected: faulted 5") != nil)
    let refused = "expect error \"it is a process of another user\" faults \(others.processID)"
    let answer = try program.answer(to: refused, beginning: "as expected: faults")
    #expect(answer?.hasSuffix("run mmapview as its user, or as root") == true)
    _ = try program.answer(to: "quit", beginning: "goodbye")
  }
}

extension InTerminal {
  @Suite("Faults in a terminal", .needsFaults)
  final class FaultsTerminalTests: StartsProgram {
    @Test("A page flashes when it faults, and the mark goes by itself, after which nothing wakes")
    func flash() throws {
      try folder.put("a", inPages: 64)
      let toucher = try Toucher(folder.file("a"), ["read 40", "unmap", "end"])
      let window = try start("a")
      try window.waitFor("as of")
      try window.type(":faults \(toucher.processID)", "Enter")
      try window.waitFor("a fault is a first touch")
      try window.type("Escape")
      try window.waitFor("· faults of Toucher \(toucher.processID)")
      toucher.step()
      try window.waitFor("◆ 1")
      let shown = try window.waitFor("Toucher \(toucher.processID) faulted page 40")
      #expect(shown.count { $0 == "◆" } == 2, "\(shown)")
      #expect(isSoon { (try? window.text.count { $0 == "◆" }) == 1 }, "the mark goes")
      // What a program maps to write is sampled each second.
      toucher.step()
      try expectRest(window)
      toucher.step()
      try window.waitFor("has ended: 1 fault on 1 page")
      try window.type("q")
      try expectShell(window)
    }
  }
}
