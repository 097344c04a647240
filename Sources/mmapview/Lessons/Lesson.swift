import Inspector

/// A script that shows one fact of memory and disk on the learner's own machine, and checks it.
struct Lesson: Sendable {
  let number: Int
  let title: String
  let summary: String
  let needs: [Need]
  let script: Script
  /// For machines that lack one of the needs.
  let otherwise: Script

  /// Reads a lesson from the text of its file, which errors call `name`.
  ///
  /// Its head is comments: `# Lesson: TITLE`, `# Shows: SUMMARY`, `# Needs: NEED, …`. The script follows, and after a line
  /// `# Otherwise:` the one for machines that lack something.
  init(_ text: String, name: String, number: Int) throws(ScriptError) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    func head(_ word: String) -> String {
      let mark = "# \(word): "
      return lines.first { $0.hasPrefix(mark) }.map { String($0.dropFirst(mark.count)) } ?? ""
    }
    self.number = number
    title = head("Lesson")
    summary = head("Shows")
    needs = head("Needs").split(separator: ",").compactMap { Need(rawValue: $0.filter { $0 != " " }) }
    let cut = lines.firstIndex(of: "# Otherwise:") ?? lines.endIndex
    script = try Script(lines[..<cut].joined(separator: "\n"), name: name)
    otherwise = try Script(lines[cut...].joined(separator: "\n"), name: name, firstLine: cut + 1)
  }

  static func list(_ lessons: [Lesson]) -> [String] {
    lessons.flatMap { lesson in
      let number = lesson.number < 10 ? " \(lesson.number)" : "\(lesson.number)"
      return ["\(number)  \(lesson.title)", "    \(lesson.summary)"]
    } + ["", "`mmapview --lesson 1` plays the first; Space goes on, q ends. Nothing of yours is touched."]
  }
}

extension Lesson {
  /// Its script, or the other one and the reason for it, between its title and its end.
  func whole(refusal: String?, isLast: Bool) throws(ScriptError) -> Script {
    let name = "Lesson \(number): \(title)."
    let opening = refusal.map { "\(name)\nThis machine can't show it: \($0)." } ?? "\(name)\n\(summary)"
    var script = refusal == nil ? self.script : otherwise
    // The title comes after the commands that set the scene.
    let first = script.steps.firstIndex { $0.command.caption != nil }
    script.insert(try Script("say \(Word.quote(opening))\npause", name: "lesson"), at: first ?? 0)
    let next = isLast ? "" : "; `mmapview --lesson \(number + 1)` plays the next"
    let end = "The end of lesson \(number): q quits\(next)."
    // Its last caption is read before the end takes its place.
    script.append(try Script("pause\noutside leave\nsay \(Word.quote(end))", name: "lesson"))
    return script
  }
}

extension Lesson {
  // The scripts beside this file are embedded in the program, which then finds them wherever it is.
  private static let texts: [(name: String, text: [UInt8])] = [
    ("01-life.mmv", PackageResources._1_life_mmv),
    ("02-sparse.mmv", PackageResources._2_sparse_mmv),
    ("03-async.mmv", PackageResources._3_async_mmv),
    ("04-clean.mmv", PackageResources._4_clean_mmv),
    ("05-folios.mmv", PackageResources._5_folios_mmv),
    ("06-workers.mmv", PackageResources._6_workers_mmv),
    ("07-kill.mmv", PackageResources._7_kill_mmv),
    ("08-truncate.mmv", PackageResources._8_truncate_mmv),
    ("09-full.mmv", PackageResources._9_full_mmv),
    ("10-failed.mmv", PackageResources._0_failed_mmv),
    ("11-cold.mmv", PackageResources._1_cold_mmv),
    ("12-advice.mmv", PackageResources._2_advice_mmv),
    ("13-faults.mmv", PackageResources._3_faults_mmv),
    ("14-held.mmv", PackageResources._4_held_mmv),
    ("15-stores.mmv", PackageResources._5_stores_mmv),
  ]

  /// All lessons in order; a test shows that none of the scripts is wrong.
  static func all() throws(ScriptError) -> [Lesson] {
    try texts.enumerated().map { index, lesson throws(ScriptError) in
      try Lesson(String(decoding: lesson.text, as: UTF8.self), name: lesson.name, number: index + 1)
    }
  }
}
