//! The pages are built by `make web`; without them the program still compiles and says so at `/`.

fn main() -> std::io::Result<()> {
    std::fs::create_dir_all("web/dist")?;
    println!("cargo:rerun-if-changed=web/dist");
    Ok(())
}
