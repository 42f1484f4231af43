//! `cargo xtask pictures`: takes the guide's pictures of the real window, so that they show the program as it is.

use crate::{Error, Project, doctor, project, test};

pub(crate) fn run(project: &Project, arguments: &[String]) -> Result<(), Error> {
    project::flags(arguments, &[])?;
    if !project::on_path("import") {
        return Err(Error::Pictures("it takes `import` of ImageMagick; on Debian: `apt-get install imagemagick`".to_owned()));
    }
    doctor::ensure(doctor::Purpose::Test)?;
    test::build(project, true)?;
    let mut pictures = test::cargo_test(project, true);
    pictures.args(["--test", "e2e", "--", "--ignored", "pictures"]);
    project::run(&mut pictures)?;
    println!("the pictures are in docs/guide/images; look at them before you commit them");
    Ok(())
}
