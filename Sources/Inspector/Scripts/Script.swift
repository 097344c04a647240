import SystemPackage

/// Where a command stands: `PATH:LINE`.
public struct ScriptPosition: Sendable, Equatable, CustomStringConvertible {
  /// The script's path, or what stands for it.
  public let name: String
  /// The line, counted from 1.
  public let line: Int

  /// The position as errors begin with it.
  public var description: String { "\(name):\(line)" }
}

/// An error with its place: `PATH:LINE: …`.
public struct ScriptError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The whole line.
  public let description: String

  init(_ position: ScriptPosition, _ message: String) { description = "\(position): \(message)" }
  init(_ message: String) { description = message }

  /// A failure that no line of the script made, such as a worker's.
  public init(_ failure: Event) { description = failure.lines.joined(separator: "; ") }
}

/// Commands with their places, all of them read before the first is carried out.
public struct Script: Sendable {
  /// A command and where it stands.
  public struct Step: Sendable {
    /// Where it stands.
    public let position: ScriptPosition
    /// What it says.
    public let command: Command
    /// When it was done, counted from the start of the recording, if it says so.
    public let time: Duration?
  }

  /// What the first line of a recording begins with.
  static let recordingMark = "# mmapview recording"

  /// Whether it was recorded.
  public private(set) var isRecording = false

  /// The commands in order.
  public private(set) var steps: [Step] = []

  /// An empty script.
  public init() {}

  /// Reads a script from its text; the first line that is wrong ends it.
  ///
  /// - Parameters:
  ///   - text: One command a line.
  ///   - name: What errors call it.
  ///   - firstLine: The number that errors give to the first line.
  /// - Throws: The place and what is wrong.
  public init(_ text: String, name: String, firstLine: Int = 1) throws(ScriptError) {
    // By scalars: "\r\n" is one character of Swift, and neither "\n" nor a place to split at. What is left of it
    // at the end of a line is a blank.
    let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
    isRecording = text.hasPrefix(Self.recordingMark)
    for (index, line) in lines.enumerated() {
      let position = ScriptPosition(name: name, line: firstLine + index)
      do throws(SyntaxError) {
        let line = String(Substring(line))
        guard let command = try Command(parsing: line) else { continue }
        steps.append(Step(position: position, command: command, time: Self.time(in: line)))
      } catch { throw ScriptError(position, error.description) }
    }
  }

  /// Reads a script from a file, or from standard input if the path is `-`.
  ///
  /// - Parameter path: The file; at most 16 MiB of text in UTF-8.
  /// - Throws: The place and what is wrong.
  public init(contentsOf path: String) throws(ScriptError) {
    let limit = 16 << 20
    var bytes: [UInt8] = []
    do {
      let file =
        path == "-"
        ? FileDescriptor.standardInput : try FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec)
      defer { if path != "-" { try? file.close() } }
      var part = [UInt8](repeating: 0, count: 1 << 16)
      while bytes.count <= limit {
        // SAFETY: the buffer is the array's own.
        let count = try unsafe part.withUnsafeMutableBytes { try unsafe file.read(into: $0) }
        if count == 0 { break }
        bytes += part[..<count]
      }
    } catch { throw ScriptError("\(path): can't read the script (\(error)); name a file with one command a line") }
    guard bytes.count <= limit else {
      throw ScriptError("\(path): is longer than 16 MiB, which no script is; name a file with one command a line")
    }
    guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
      throw ScriptError("\(path): is no text in UTF-8; name a file with one command a line")
    }
    // Some editors put a mark before the first line.
    let marked = text.unicodeScalars.first == "\u{feff}" ? String(text.unicodeScalars.dropFirst()) : text
    try self.init(marked, name: path == "-" ? "standard input" : path)
  }

  // Recordings end their lines with a comment like `#@ 1.532`, in seconds.
  private static func time(in line: String) -> Duration? {
    guard let mark = line.ranges(of: "#@ ").last, let seconds = Double(line[mark.upperBound...]),
      (0..<1e9).contains(seconds)
    else { return nil }
    return .seconds(seconds)
  }

  /// Leaves out the opening that it begins with, to be played on the file that is open.
  public mutating func leaveOutOpening() {
    switch steps.first?.command {
    case .create, .open: steps.removeFirst()
    default: break
    }
  }

  /// Adds the commands of another script after its own.
  public mutating func append(_ other: Script) { steps += other.steps }
}

extension Script {
  /// Finds labels that no line before can have made, so that such a slip is told before anything is done.
  ///
  /// It knows what it can: workers and other files make labels that it can't count, and end the check.
  ///
  /// - Throws: The place of the first one.
  public func checkLabels() throws(ScriptError) {
    var labels = 0
    for step in steps {
      switch step.command {
      case .allocate(_, let times): labels += min(times, Int.max - labels)
      case .write(.labels(let wanted), _), .read(.labels(let wanted), _, _), .verify(.labels(let wanted)),
        .flush(.labels(let wanted)), .sync(.labels(let wanted)), .reuse(.labels(let wanted)):
        guard wanted.upperBound > labels else { continue }
        let known = labels == 0 ? "nothing is allocated before this line" : "the lines before make r1 to r\(labels)"
        throw ScriptError(step.position, "r\(max(wanted.lowerBound, labels + 1)): no such range; \(known)")
      case .workers(.start), .create, .open: return
      default: break
      }
    }
  }
}
