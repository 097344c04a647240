import VisibleText

/// The lines of a recording in asciicast v2, which asciinema(1) plays and its player shows in a browser.
package enum Asciicast {
  /// The first line.
  ///
  /// - Parameters:
  ///   - width: Columns of the first frame.
  ///   - height: Rows of it.
  ///   - timestamp: Seconds since 1970, or `nil` to leave it out.
  ///   - title: What the recording is called.
  ///   - kind: The terminal that the escape sequences are for, as in `TERM`.
  /// - Returns: A line of JSON, without its end.
  package static func header(width: Int, height: Int, timestamp: Int?, title: String, kind: String) -> String {
    let time = timestamp.map { "\"timestamp\": \($0), " } ?? ""
    return "{\"version\": 2, \"width\": \(width), \"height\": \(height), \(time)\"title\": \(title.inJSON), "
      + "\"env\": {\"TERM\": \(kind.inJSON)}}"
  }

  /// What the terminal was sent.
  package static func output(_ text: String, at time: Duration) -> String {
    "[\(seconds(time)), \"o\", \(text.inJSON)]"
  }

  /// That the window has another size.
  package static func resize(width: Int, height: Int, at time: Duration) -> String {
    "[\(seconds(time)), \"r\", \"\(width)x\(height)\"]"
  }

  /// Seconds with six decimals.
  private static func seconds(_ time: Duration) -> String {
    let (whole, rest) = time.components
    let micros = String(rest / 1_000_000_000_000)
    return "\(whole)." + String(repeating: "0", count: 6 - micros.count) + micros
  }
}
