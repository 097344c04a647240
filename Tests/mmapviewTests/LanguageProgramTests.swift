import Foundation
import Inspector
import SystemPackage
import TestSupport
import Testing

@testable import mmapview

/// What the program says of scripts; ProgramTests has the rest of the command line.
@Suite("The program and its language")
final class LanguageProgramTests: FolderSuite {
  func mmapviewHere(_ arguments: String..., input: String = "") throws -> Outcome {
    try run(mmapview, arguments, in: folder.path.string, input: input)
  }

  func put(_ name: String, _ text: String) throws { try folder.put(name, Array(text.utf8)) }

  // MARK: Forms

  @Test("A script is printed in its canonical form, and the form in the same")
  func formats() throws {
    try put("a.mmv", "# A script\r\n\nallocate   8192 x1   # two pages\nsay  hello\nsource gone.mmv")
    let form = "# A script\n\nallocate 2p  # two pages\nsay \"hello\"\nsource gone.mmv\n"
    #expect(try mmapviewHere("--format", "a.mmv").output == form)
    #expect(try mmapviewHere("--format", "-", input: form).output == form)
    #expect(folder.names == ["a.mmv"])
  }

  @Test("A script that is wrong has no form: its place is reported, and the word is marked")
  func formatErrors() throws {
    try put("a.mmv", "say one\n\tallocate 2q x3\n")
    let outcome = try mmapviewHere("--format", "a.mmv")
    #expect(outcome.status == 1)
    #expect(outcome.output.isEmpty)
    let lines = outcome.errors.split(separator: "\n").map(String.init)
    #expect(lines.first?.hasPrefix("a.mmv:2: \"2q\" is no size: ") == true)
    #expect(lines.dropFirst() == [" allocate 2q x3", "          ^~"])
  }

  @Test("Every screen's script is in its canonical form but for how it says sizes")
  func screens() throws {
    for name in GoldenScreenTests.scripts {
      let path = packageRoot + "/Screens/\(name).mmv"
      let text = try String(contentsOfFile: path, encoding: .utf8)
      // Some make mistakes on purpose.
      if text.contains("# Options: --plain") { continue }
      let outcome = try run(mmapview, ["--format", path])
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output.split(separator: "\n").count == text.split(separator: "\n").count)
    }
  }

  // MARK: Marks

  @Test(
    "The wrong word is marked under its line",
    arguments: [
      ("wirte r1 zero", "^~~~~"), ("allocate 1p xx", "            ^~"), ("allocate", "        ^"),
      ("open \"字字\" wrote", "            ^~~~~"), ("sync r1", "     ^~"),
    ])
  func marks(line: String, mark: String) throws {
    let outcome = try mmapviewHere("a", "--create", "64k", "--headless", "-c", line)
    let lines = outcome.errors.split(separator: "\n").map(String.init)
    #expect(lines.count == 3)
    #expect(lines.first?.hasPrefix("-c:1: ") == true)
    #expect(lines.dropFirst() == [line, mark])
    #expect(folder.names.isEmpty)
  }

  @Test("Of a long line the part around the word is shown, and nothing in it steers a terminal")
  func longLines() throws {
    let line = "say \"" + String(repeating: "x", count: 5000) + "\u{9b}31m\" \u{1b}c\u{7}"
    try put("a.mmv", "open " + line + " wrote")
    let outcome = try mmapviewHere("--replay", "a.mmv", "--headless")
    let lines = outcome.errors.split(separator: "\n").map(String.init)
    #expect(lines.count == 3)
    #expect(lines.allSatisfy { $0.count < 300 }, "\(lines.map(\.count))")
    #expect(!outcome.errors.unicodeScalars.contains { $0 != "\n" && $0.properties.generalCategory == .control })
  }

  @Test("The mark is as long as the word, wherever it stands in whatever line")
  func excerpts() {
    for before in [0, 1, 59, 60, 61, 5000] {
      let line = String(repeating: "字", count: before) + "word" + String(repeating: "y", count: 200)
      let lines = Excerpt.lines(ScriptError.Mark(line: line, columns: before..<before + 4))
      #expect(lines[1].drop { $0 == " " } == "^~~~")
      let column = lines[1].prefix { $0 == " " }.count
      #expect(
        Array(lines[0]).reduce((0, nil as Int?)) { place, character in
          let width = character == "字" ? 2 : 1
          return (place.0 + width, place.1 ?? (character == "w" ? place.0 : nil))
        }.1 == column)
    }
  }

  // MARK: Files that are no scripts

  @Test("A pipe without a writer and what never ends are refused at once, and nothing is made")
  func endless() throws {
    try run("mkfifo", [folder.file("pipe").string])
    for (path, complaint) in [
      ("pipe", "pipe: is a pipe"), ("/dev/zero", "/dev/zero: is a character device"), (".", ".: is a directory"),
    ] {
      let outcome = try run(
        "timeout", ["20", mmapview, "new", "--create", "64k", "--replay", path, "--headless"],
        in: folder.path.string)
      #expect(outcome.status == 1)
      #expect(outcome.errors.hasPrefix(complaint), "\(outcome.errors)")
    }
    let input = try run(
      "bash", ["-c", "yes | timeout 300 \(mmapview) new --create 64k --replay - --headless"], in: folder.path.string)
    // Whose lines are carried out as they come.
    #expect(input.errors.hasPrefix("standard input:1: unknown command \"y\""), "\(input.errors)")
    #expect(folder.names == ["new", "pipe"])
  }

  @Test("A wrong line in what is sourced is reported by its own place, and nothing is made")
  func sourced() throws {
    try put("outer.mmv", "source inner.mmv")
    try put("inner.mmv", "sync r1 r2")
    let outcome = try mmapviewHere("new", "--create", "64k", "--replay", "outer.mmv", "--headless")
    #expect(outcome.errors.hasPrefix("inner.mmv:1: unexpected \"r2\""), "\(outcome.errors)")
    #expect(outcome.errors.hasSuffix("sync r1 r2\n        ^~\n"))
    #expect(folder.names == ["inner.mmv", "outer.mmv"])
  }

  // MARK: Pauses and workers

  @Test("Without a screen a pause takes its time, one for a key none; both keep their place")
  func pauses() throws {
    let start = ContinuousClock.now
    let outcome = try mmapviewHere(
      "--headless", "-c", "say a", "-c", "pause 300ms", "-c", "say b", "-c", "pause", "-c", "say c")
    #expect(outcome.lines == ["a", "b", "c"])
    #expect(ContinuousClock.now - start >= .milliseconds(300))
    let plain = try mmapviewHere("--plain", input: "pause 100ms\nsay after\npause\nsay end\n")
    #expect(plain.lines.suffix(2) == ["after", "end"], "\(plain.output)")
  }

  @Test("What workers fail at is printed and counts, whichever command is carried out meanwhile")
  func failingWorkers() throws {
    for last in ["say on", "workers stop", "workers wait", "pause"] {
      // The file is cut while the workers are at it; on a busy machine that takes more time.
      var outcome = try cutUnderWorkers(pause: 1, then: last)
      for pause in [4, 16] where outcome.lines.last != "status 1" {
        outcome = try cutUnderWorkers(pause: pause, then: last)
      }
      #expect(outcome.lines.last == "status 1", "\(outcome.output)")
      #expect(outcome.errors.contains("worker 1: "), "\(outcome.errors)")
      #expect(outcome.output.contains("worker 1: "))
    }
  }

  private func cutUnderWorkers(pause seconds: Int, then command: String) throws -> Outcome {
    let script = """
      \(mmapview) a --create 64m --force --headless -c 'workers start 1 delay=10ms' -c 'pause \(seconds)s' -c '\(command)' &
      child=$!
      sleep \(Double(seconds) / 2)
      truncate -s 0 a
      wait $child
      echo status $?
      """
    return try run("bash", ["-c", script], in: folder.path.string)
  }

  // MARK: The grammar

  private func codes(_ text: Substring) -> [String] { text.matches(of: #/`([^`]+)`/#).map { String($0.1) } }

  @Test("The grammar is made of every verb, every form, every kind of argument and every pattern")
  func grammar() throws {
    let outcome = try mmapviewHere("--grammar")
    #expect(outcome.status == 0)
    let page = outcome.output.replacing("\\|", with: "|")
    for verb in Verb.all {
      #expect(page.contains("| `\(verb.usages[0])`") && page.contains("| `\(verb.example)` |"), "\(verb.name)")
      for usage in verb.usages { #expect(page.contains("`\(usage)`")) }
      for kind in verb.kinds { #expect(page.contains("| `\(kind.name)` | \(kind.meaning ?? "") |")) }
    }
    for form in Pattern.forms { #expect(page.contains("| `\(form.usage)` | \(form.meaning) |")) }
    // Each table has as many columns in all its rows.
    for table in outcome.output.split(separator: "\n\n") where table.hasPrefix("|") {
      let columns = table.split(separator: "\n").map { $0.replacing("\\|", with: "").count { $0 == "|" } }
      #expect(Set(columns).count == 1)
    }
  }

  @Test("The verbs of README's table are those that there are")
  func readme() throws {
    let text = try String(contentsOfFile: packageRoot + "/README.md", encoding: .utf8)
    let section = try #require(text.split(separator: "## The command language").dropFirst().first)
    let table = section.split(separator: "\n").drop { !$0.hasPrefix("| command |") }.dropFirst(2)
      .prefix { $0.hasPrefix("|") }
    let named = table.flatMap { row in
      codes(row.replacing("\\|", with: "/").split(separator: "|")[0]).compactMap { $0.split(separator: " ").first }
    }
    let (found, there) = (Set(named.map(String.init)), Set(Verb.all.map(\.name)))
    #expect(there.subtracting(found).isEmpty, "README's table lacks them")
    #expect(found.subtracting(there).isEmpty, "README's table names what there is not")
  }
}
