import Foundation
import Inspector
import RangedMmap
import TestSupport
import Testing

@testable import mmapview

@Suite("The manual page")
struct ManualTests {
  private func printed() throws -> String {
    let outcome = try run(mmapview, ["--manual"])
    #expect(outcome.status == 0)
    return outcome.output
  }

  @Test("It is ASCII, and every line is a request or text")
  func structure() throws {
    let page = try printed()
    #expect(page.hasPrefix(".TH MMAPVIEW 1 "))
    #expect(page.utf8.allSatisfy { $0 == 10 || (0x20...0x7e).contains($0) })
    let requests = Set([".TH", ".SH", ".SS", ".PP", ".TP", ".TQ", ".RS", ".RE", ".nf", ".fi", ".br", ".nh"])
    for line in page.split(separator: "\n") where line.first == "." {
      #expect(requests.contains(String(line.prefix(3))), "\(line)")
    }
    #expect(!page.contains("\n'"))
  }

  @Test(
    "groff has nothing to complain of", .enabled(if: (try? run("groff", ["--version"]))?.status == 0, "needs groff"))
  func groff() throws {
    let outcome = try run("groff", ["-man", "-Tascii", "-ww", "-P-cbou"], input: try printed())
    #expect(outcome.status == 0)
    #expect(outcome.errors.isEmpty, "\(outcome.errors)")
    // A long usage is broken at blanks.
    let words = outcome.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    for text in [
      "mmapview FILE --create SIZE [--sparse] [--force]",
      "expect kernel [PAGES] cached|dirty|writeback|evicted|recentlyEvicted N[+] [within TIME]",
      "with \\\" \\\\ \\n \\t \\xNN", "Ctrl-Left Ctrl-Right", "a file's 4 KiB pages", "r1, r2, ...",
    ] { #expect(words.contains(text), "\(text) is missing") }
  }

  @Test("It names every option, key, command, pattern and state that there is")
  func isComplete() throws {
    let page = try printed().replacing("\\-", with: "-").replacing("\\fB", with: "").replacing("\\fR", with: "")
      .replacing("\\fI", with: "")
    let help = try run(mmapview, ["--help"]).output
    let options = help.matches(of: #/--[a-z]+(?:-[a-z]+)*/#).map { String($0.output) }
    #expect(options.count > 10)
    let names = options + Verb.all.map { ".TP\n\($0.usages[0].inASCII)" } + Pattern.forms.map(\.usage)
    for name in names + PageState.allCases.map({ "\($0)" }) {
      #expect(page.contains(name.replacing("\"", with: "\\(dq")), "\(name) is missing")
    }
    for binding in KeyMap.moving + KeyMap.working + KeyMap.others {
      #expect(page.contains(".TP\n\(binding.name.inASCII)\n"), "\(binding.name) is missing")
    }
    #expect(Manual.options.allSatisfy { !$0.help.isEmpty }, "\(Manual.options)")
  }

  @Test(
    "README's tables have the states' words as the screen and this page have them",
    arguments: [
      PageState.allCases.map(\.row), KernelState.allCases.map(\.row), [StateRow.faulted] + PageMark.allCases.map(\.row),
    ])
  func states(rows: [StateRow]) throws {
    let readme = try String(contentsOfFile: packageRoot + "/README.md", encoding: .utf8)
    for row in rows {
      #expect(readme.contains("\n| `\(row.glyph)` | `\(row.ascii)` | \(row.name) | \(row.meaning) |\n"), "\(row.name)")
    }
    #expect(Set(rows.map(\.glyph)).count == rows.count && Set(rows.map(\.ascii)).count == rows.count)
  }

  @Test("The shells are given scripts that complete the options", arguments: ["bash", "zsh", "fish"])
  func shells(shell: String) throws {
    let outcome = try run(mmapview, ["--generate-completion-script", shell])
    #expect(outcome.status == 0)
    for option in ["create", "headless", "plain", "replay", "layer"] { #expect(outcome.output.contains(option)) }
    if !isInstalled(shell) { try skip("\(shell) is not installed: its script is not read") }
    let checked = try run(shell, ["-n", "/dev/stdin"], input: outcome.output)
    #expect(checked.status == 0, "\(checked.errors)")
  }
}
