/// What the word at the cursor of a line could become.
///
/// The parser itself reads the words before it, and notes what it would take next.
package struct Completion: Sendable, Equatable {
  package struct Context: Sendable {
    /// How many ranges there are: `r1` to this.
    package let rangeCount: Int
    /// Where paths begin that are not absolute.
    package let folder: String
    /// The names of marks.
    package let marks: [String]
    /// Finds the processes that have the file mapped, and their names.
    package let processes: @Sendable () -> [(number: Int32, name: String)]

    package init(
      rangeCount: Int, folder: String = ".", marks: [String] = [],
      processes: @escaping @Sendable () -> [(number: Int32, name: String)] = { [] }
    ) {
      self.rangeCount = rangeCount
      self.folder = folder
      self.marks = marks
      self.processes = processes
    }
  }

  package struct Candidate: Sendable, Equatable {
    /// The word, before any quoting.
    package let word: String
    /// Whether nothing is to follow in the same word.
    package let isWhole: Bool
    /// What stands behind it in a list.
    package var note = ""

    /// The candidate in a list: the last part of a path.
    package var label: String {
      guard note.isEmpty else { return "\(word) \(note)" }
      guard let slash = word.dropLast().lastIndex(of: "/") else { return word }
      return String(word[word.index(after: slash)...])
    }

    /// What stands in the line for it; a quote stays open where more is to follow.
    package var text: String {
      let quoted = Word.quote(word)
      return isWhole || quoted == word ? quoted : String(quoted.dropLast())
    }
  }

  /// The columns of the line that a candidate takes the place of.
  package let columns: Range<Int>
  package let candidates: [Candidate]
  /// Whether more can follow after the only candidate.
  package let goesOn: Bool

  /// What can stand at a column of a line, in characters from 0; what is behind it is ignored.
  package init(_ line: String, cursor: Int, in context: Context) {
    let before = String(line.prefix(cursor))
    let end = before.count
    guard let (words, begun) = Word.splitUnfinished(before) else {
      (columns, candidates, goesOn) = (end..<end, [], false)
      return
    }
    columns = begun.columns
    let found: [Candidate] = Self.expected(after: words).reduce(into: []) { found, kind in
      for candidate in kind.candidates(for: begun.text, in: context) where !found.contains(candidate) {
        found.append(candidate)
      }
    }
    candidates = found
    let only = found.count == 1 ? found.map { Word(text: $0.word, columns: begun.columns) } : []
    goesOn = !only.isEmpty && !Self.expected(after: words + only).isEmpty
  }

  /// The same for a line that is to be found.
  package init(finding line: String, cursor: Int, in context: Context) {
    let before = String(line.prefix(cursor))
    guard let prefix = FindPrefix.of(before), prefix != .text else {
      (columns, goesOn) = (0..<before.count, false)
      candidates =
        before.isEmpty
        ? []
        : FindPrefix.allCases.map(\.mark).filter { $0.hasPrefix(before) }.map { Candidate(word: $0, isWhole: false) }
      return
    }
    let verb = "find \(prefix) "
    let found = Completion(
      verb + before.dropFirst(prefix.mark.count), cursor: before.count - prefix.mark.count + verb.count, in: context)
    let shift = prefix.mark.count - verb.count
    columns = found.columns.lowerBound + shift..<found.columns.upperBound + shift
    (candidates, goesOn) = (found.candidates, false)
  }

  // Nothing if the words before are wrong.
  private static func expected(after words: [Word]) -> [ArgumentKind] {
    var arguments = Arguments(words)
    _ = try? arguments.command()
    return arguments.expected
  }

  /// What all candidates begin with; `nil` if that is nothing.
  package var commonPrefix: Candidate? {
    guard var prefix = candidates.first?.word[...] else { return nil }
    for candidate in candidates.dropFirst() {
      prefix = prefix.prefix(zip(prefix, candidate.word).prefix { $0 == $1 }.count)
    }
    return prefix.isEmpty ? nil : Candidate(word: String(prefix), isWhole: false)
  }

  /// The command that is being typed up to the cursor, and its usage; `nil` if no verb, or several, begin so.
  package static func usage(of line: String) -> (verb: Verb, usage: String)? {
    guard let (words, begun) = Word.splitUnfinished(line) else { return nil }
    var arguments = Arguments(begun.text.isEmpty ? words : words + [begun])
    _ = try? arguments.command()
    if let verb = arguments.verb { return (verb, arguments.usage ?? verb.usage) }
    let verbs = Verb.all.filter { $0.name.hasPrefix(begun.text) }
    guard words.isEmpty, verbs.count == 1 else { return nil }
    return (verbs[0], verbs[0].usage)
  }
}

extension ArgumentKind {
  // More than a screen of them helps no one.
  private static let labelLimit = 200

  /// The words of this kind that begin with what is typed.
  func candidates(for typed: String, in context: Completion.Context) -> [Completion.Candidate] {
    switch source {
    case .unknown: return []
    case .words(let words): return Self.wholes(words, typed)
    case .verbs: return Self.wholes(Verb.all.map(\.name), typed)
    case .marks: return Self.wholes(context.marks, typed)
    case .processes:
      return context.processes().map { Completion.Candidate(word: "\($0.number)", isWhole: true, note: $0.name) }
        .filter { $0.word.hasPrefix(typed) }
    case .labels: return Self.labels(typed, context.rangeCount)
    case .pages: return Self.wholes(["selected"], typed)
    case .targets: return Self.labels(typed, context.rangeCount)
    case .paths: return Self.paths(typed, "", context)
    case .patterns:
      let file = "file:"
      if typed.hasPrefix(file) { return Self.paths(String(typed.dropFirst(file.count)), file, context) }
      return Pattern.forms.compactMap(\.word).filter { $0.hasPrefix(typed) }
        .map { Completion.Candidate(word: $0, isWhole: $0.last != ":") }
    case .options(let options):
      guard let equals = typed.firstIndex(of: "=") else {
        return options.map { $0.name + "=" }.filter { $0.hasPrefix(typed) }
          .map { Completion.Candidate(word: $0, isWhole: false) }
      }
      let (name, value) = (typed[...equals], String(typed[typed.index(after: equals)...]))
      return (options.first { $0.name == name.dropLast() }?.kind.candidates(for: value, in: context) ?? [])
        .map { Completion.Candidate(word: name + $0.word, isWhole: $0.isWhole) }
    }
  }

  private static func wholes(_ words: [String], _ typed: String) -> [Completion.Candidate] {
    words.filter { $0.hasPrefix(typed) }.map { Completion.Candidate(word: $0, isWhole: true) }
  }

  private static func paths(
    _ typed: String, _ prefix: String, _ context: Completion.Context
  ) -> [Completion.Candidate] {
    FolderListing.paths(startingWith: typed, in: context.folder)
      .map { Completion.Candidate(word: prefix + $0, isWhole: $0.last != "/") }
  }

  // After `r2..` the labels from there on.
  private static func labels(_ typed: String, _ count: Int) -> [Completion.Candidate] {
    let parts = typed.split(separator: "..", maxSplits: 1, omittingEmptySubsequences: false)
    let isSecond = parts.count == 2
    let beginning = parts.last ?? ""
    let first = isSecond ? Int(parts[0].dropFirst()) ?? 1 : 1
    let prefix = isSecond ? parts[0] + ".." : ""
    guard first >= 1 else { return [] }
    let labels = (first..<max(first, count + 1)).lazy.map { "r\($0)" }.filter { $0.hasPrefix(beginning) }
      .prefix(labelLimit)
    return (isSecond ? [] : wholes(["all", "selected"], typed))
      + labels.map { Completion.Candidate(word: prefix + $0, isWhole: true) }
  }
}
