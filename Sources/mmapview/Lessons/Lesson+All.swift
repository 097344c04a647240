import Inspector

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
  ]

  /// All lessons in order; a test shows that none of the scripts is wrong.
  static func all() throws(ScriptError) -> [Lesson] {
    try texts.enumerated().map { index, lesson throws(ScriptError) in
      try Lesson(String(decoding: lesson.text, as: UTF8.self), name: lesson.name, number: index + 1)
    }
  }
}
