"""The entry: `streamlit run app.py`. The pages are in digitscope/ui/, the server's own parts in digitscope/server/."""

if __name__ == "__main__":  # a run of the page's script
    from digitscope.ui.common.mode import is_event

    # Only the page that is asked for is loaded: a stand's needs a database, which takes a second.
    # Statements, for Streamlit shows the value of a bare expression on the page.
    if is_event():
        from digitscope.ui.kiosk.page import event_page

        event_page()
    else:
        from digitscope.ui.page import page

        page()
elif __name__ == "app":  # the server, once; a training process imports this file too, under another name
    from streamlit.starlette import App

    from digitscope.server.app import MIDDLEWARE, ROUTES, lifespan, say_that_it_failed

    app = App(__file__, routes=ROUTES, middleware=MIDDLEWARE, lifespan=lifespan, on_script_error=say_that_it_failed)
